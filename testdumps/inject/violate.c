/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A library to be preloaded: what would code do that a dump has smuggled in? Before a process
 * of the command ends, it starts a program, opens a socket, reads and makes a file in the
 * folder PFS_OUTSIDE, and writes to descriptor 9 what came of it, a line a process.
 * testdumps/cases/sandbox.t uses it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int run_program(void)
{
	char *const words[] = { (char *)"true", NULL }, *const none[] = { NULL };
	pid_t pid = fork();
	int status = 0;

	if (!pid) {
		execve("/bin/true", words, none);
		syscall(SYS_exit_group, errno);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? errno : 0;
}

static int touch(const char *name, int flags)
{
	const char *folder = getenv("PFS_OUTSIDE");
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder ? folder : "", name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	return fd < 0 ? errno : 0;
}

static const char *word(int code)
{
	return !code ? "done" : code == EPERM || code == EACCES ? "refused" : strerror(code);
}

static void violate(void)
{
	char line[256];
	int n = snprintf(line, sizeof(line), "run %s, socket %s, read %s, write %s\n",
			 word(run_program()), word(open_socket()), word(touch("secret", O_RDONLY)),
			 word(touch("new", O_WRONLY | O_CREAT)));

	if (n > 0 && write(9, line, (size_t)n) != n)
		abort();
}

__attribute__((destructor)) static void end(void)
{
	violate();
}

/* A worker of batch ends so. */
__attribute__((noreturn)) void _exit(int status)
{
	violate();
	syscall(SYS_exit_group, status);
	__builtin_unreachable();
}
