/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What crash --minimal needs of a vmlinux, and no more: symbols, and debug
 * information that has a task_struct. Linked at the address of a kernel.
 */
struct task_struct {
	int pid;
};

struct task_struct init_task;
const char linux_banner[] = "Linux version 0";

void _stext(void);
void _etext(void);

void _stext(void)
{
}

void _etext(void)
{
}
