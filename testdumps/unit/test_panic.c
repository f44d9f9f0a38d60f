/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Oops texts of many kernels, most of them from real consoles, and texts that
 * no kernel prints.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/panic/arch.h"
#include "panic_log.h"

/* A log of text, a line each; level and time stamp are not part of a record. */
static uint64_t reg(const struct pfs_panic *p, const char *name)
{
	const struct pfs_reg *r = pfs_panic_reg(p, name);

	assert_non_null(r);
	return r->value;
}

#define S1_REGS \
	"RSP: 0018:ff6e9cc84013be78 EFLAGS: 00000202\n" \
	"RAX: fdfdfdfdfdfdfdfd RBX: ffe107e8c1100000 RCX: ff6e9cc84013bf18\n" \
	"RDX: fdfdfdfdfdfdfdfd RSI: 00007fd9cfc14000 RDI: ffe107e8c1100000\n" \
	"RBP: fdfdfdfdfdfdfdfd R08: 0000000000000001 R09: ff47a557c04da048\n" \
	"R10: 0000000000000000 R11: 0000000000000000 R12: 0000000000044000\n" \
	"R13: 0000000000010000 R14: 00007fd9cfc14000 R15: ffffffffab6db320\n" \
	"FS:  000000002902a3c0(0000) GS:ff47a5583cf00000(0000) knlGS:0000000000000000\n" \
	"CS:  0010 DS: 0000 ES: 0000 CR0: 0000000080050033\n" \
	"CR2: 00007fd9cfc23000 CR3: 000000007f935000 CR4: 00000000005516e0\n"

#define USER_REGS \
	"RIP: 0033:0x47b6fd\n" \
	"Code: 07 31 c0 e9 b5 fe ff ff 50 48 8d 3d e5 26 12 00 <48> 3d 00 f0 ff ff 77 5b c3\n" \
	"RSP: 002b:00007ffcd4a598f8 EFLAGS: 00000246 ORIG_RAX: 0000000000000000\n" \
	"RAX: ffffffffffffffda RBX: 0000000000000003 RCX: 000000000047b6fd\n" \
	"RDX: 0000000000010000 RSI: 00007fd9cfc14000 RDI: 0000000000000003\n"

#define S1_CODE \
	"Code: 00 00 00 01 e9 c6 fc ff ff 48 89 df e8 cb 61 f6 ff 84 c0 74 07 49 81 cc 00 04 00 " \
	"00 8b 43 30 e9 dc fc ff ff b8 00 00 10 00 c3 <48> 8b 42 ff e9 0c fc ff ff 48 8b 43 08 " \
	"48 c7 c6 d0 ad 34 ab 48 8d\n"

#define S1_OOPS \
	"general protection fault, probably for non-canonical address 0xfdfdfdfdfdfdfdfd: 0000 [#1] SMP\n" \
	"CPU: 1 PID: 160 Comm: cat Not tainted 5.10.262 #2\n" \
	"RIP: 0010:stable_page_flags+0x40e/0x4c0\n" \
	S1_CODE S1_REGS \
	"PKRU: 55555554\n" \
	"Call Trace:\n" \
	" kpageflags_read+0x81/0x150\n" \
	" ? proc_reg_read+0x4a/0x90\n" \
	" vfs_read+0x8a/0x100\n" \
	" dev_dax_probe+0x69/0x160 [device_dax]\n" \
	" entry_SYSCALL_64_after_hwframe+0x44/0xae\n" \
	USER_REGS \
	"Modules linked in:\n" \
	"---[ end trace 37065490f193895a ]---\n" \
	"RIP: 0010:other_function+0x1/0x2\n" \
	"RAX: 0000000000000bad\n"

static void gp_fault(void **state)
{
	struct world *w = log_of("Freeing unused kernel image memory: 2040K\n" S1_OOPS
				 "Kernel panic - not syncing: Fatal exception\n"
				 "---[ end Kernel panic - not syncing: Fatal exception ]---\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_int_equal(p.kind, PFS_PANIC_GP_FAULT);
	assert_string_equal(p.message, "general protection fault, probably for non-canonical "
				       "address 0xfdfdfdfdfdfdfdfd: 0000 [#1] SMP");
	assert_string_equal(p.function, "stable_page_flags");
	assert_null(p.module);
	assert_int_equal(p.offset, 0x40e);
	assert_int_equal(p.pid, 160);
	assert_string_equal(p.comm, "cat");
	assert_int_equal(p.cpu, 1);
	assert_string_equal(p.regs_from, "log");
	assert_true(reg(&p, "rax") == 0xfdfdfdfdfdfdfdfd);
	assert_true(reg(&p, "rdi") == 0xffe107e8c1100000);
	assert_true(reg(&p, "r12") == 0x44000);
	assert_true(reg(&p, "rsp") == 0xff6e9cc84013be78);
	assert_true(reg(&p, "cr3") == 0x7f935000);
	assert_int_equal(p.nr_stack, 5);
	assert_string_equal(p.stack[0].function, "kpageflags_read");
	assert_int_equal(p.stack[0].offset, 0x81);
	assert_int_equal(p.stack[0].size, 0x150);
	assert_true(p.stack[1].guess);
	assert_string_equal(p.stack[3].module, "device_dax");
	/* The kernel printed the base register: the displacement is in the code. */
	assert_true(p.has_fault_address);
	assert_true(p.fault_address == 0xfdfdfdfdfdfdfdfd);
	assert_true(p.operand.valid);
	assert_string_equal(p.operand.base, "rdx");
	assert_int_equal(p.operand.disp, -1);
	assert_int_equal(p.operand.size, 8);
	assert_false(p.operand.write);
	assert_true(p.has_effective);
	assert_true(p.fault_address_effective == 0xfdfdfdfdfdfdfdfc);
	assert_string_equal(p.access, "read");
	w_free(w);
}

/* The memory-failure walker on the same page: a displacement of 0x50. */
static void gp_fault_displaced(void **state)
{
	struct world *w = log_of(
		"Oops: general protection fault, probably for non-canonical address 0xfdfdfdfdfdfdfdfc: 0000 [#1] SMP\n"
		"CPU: 1 UID: 0 PID: 125 Comm: a b c Kdump: loaded Tainted: G        W\n"
		"RIP: 0010:PageHuge+0x23/0x30\n"
		"Code: 0f 1f 80 00 00 00 00 48 8b 07 a9 00 00 01 00 75 09 48 8b 47 08 83 e0 01 74 17 48 8b 47 08 a8 01 48 8d 50 ff 48 0f 45 fa 31 c0 <80> 7f 50 02 0f 94 c0 c3 0f 1f 44 00 00 48 83 ec 08 49 89 d0 48 8d\n"
		"RSP: 0018:ff748fadc029bdb8 EFLAGS: 00000246\n"
		"RAX: 0000000000000000 RBX: ffe5438fc1100000 RCX: 0000000000000000\n"
		"RDX: fdfdfdfdfdfdfdfc RSI: 0000000000000000 RDI: fdfdfdfdfdfdfdfc\n"
		"Call Trace:\n <TASK>\n memory_failure+0x207/0x9a0\n </TASK>\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_int_equal(p.kind, PFS_PANIC_GP_FAULT);
	assert_string_equal(p.comm, "a b c");
	assert_int_equal(p.pid, 125);
	assert_string_equal(p.operand.text, "cmp byte ptr [rdi + 0x50], 2");
	assert_true(p.fault_address_effective == 0xfdfdfdfdfdfdfe4c);
	assert_int_equal(p.nr_stack, 1);
	w_free(w);
}

/* The thread's second part: no Code: mark survived the mail. */
static void page_fault_write(void **state)
{
	struct world *w = log_of(
		"BUG: unable to handle page fault for address: ffffec73c51000b4\n"
		"#PF: supervisor write access in kernel mode\n"
		"#PF: error_code(0x0002) - not-present page\n"
		"PGD 81ff8067 P4D 81ff8067 PUD 81ff7067 PMD 1437cb067 PTE 0\n"
		"Oops: 0002 [#1] SMP NOPTI\n"
		"CPU: 16 PID: 1348 Comm: ndctl Kdump: loaded Tainted: G        W         5.8.0-rc2+ #24\n"
		"RIP: 0010:memmap_init_zone+0x154/0x1c2\n"
		"Code: 77 16 f6 40 10 02 74 10 48 03 48 08 48 89 cb 48 c1 eb 0c e9 3a ff ff ff 48 89 df 48 c1 e7 06 48f\n"
		"RSP: 0018:ffffbdc7011a39b0 EFLAGS: 00010282\n"
		"RAX: ffffec73c5100088 RBX: 0000000000144002 RCX: 0000000000144000\n"
		"RDX: 0000000000000004 RSI: 007ffe0000000000 RDI: ffffec73c5100080\n"
		"CR2: ffffec73c51000b4 CR3: 000000007d718000 CR4: 0000000000340ee0\n"
		"Call Trace:\n"
		" move_pfn_range_to_zone+0x128/0x150\n"
		" memremap_pages+0x4e4/0x5a0\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_int_equal(p.kind, PFS_PANIC_PAGE_FAULT);
	assert_string_equal(p.function, "memmap_init_zone");
	assert_string_equal(p.access, "write");
	assert_true(p.has_error_code);
	assert_int_equal(p.error_code, 2);
	assert_false(p.bad_entry);
	assert_true(p.fault_address == 0xffffec73c51000b4);
	assert_true(p.fault_address_effective == 0xffffec73c51000b4);
	assert_false(p.operand.valid);
	assert_true(reg(&p, "rbx") == 0x144002);
	assert_int_equal(p.cpu, 16);
	w_free(w);
}

/* The entry is there, and the CPU does not take it. */
static void reserved_bit(void **state)
{
	struct world *w = log_of(
		"BUG: unable to handle page fault for address: ffffec73c51000b4\n"
		"#PF: supervisor read access in kernel mode\n"
		"#PF: error_code(0x0009) - reserved bit violation\n"
		"PGD 81ff8067 P4D 81ff8067 PUD 81ff7067 PMD 1437cb067 PTE 80002000fe41163\n"
		"Oops: 0009 [#1] SMP NOPTI\n"
		"CPU: 16 PID: 1348 Comm: ndctl Tainted: G        W         5.8.0-rc2+ #24\n"
		"RIP: 0010:memmap_init_zone+0x154/0x1c2\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_int_equal(p.kind, PFS_PANIC_PAGE_FAULT);
	assert_string_equal(p.access, "read");
	assert_true(p.bad_entry);
	w_free(w);
}

/*
 * The code of a module's first bytes cannot be read, that leaves its mark in
 * CR2; the fault handler's own line comes last.
 */
static void null_dereference(void **state)
{
	struct world *w = log_of(
		"BUG: kernel NULL pointer dereference, address: 0000000000000030\n"
		"#PF: supervisor read access in kernel mode\n"
		"#PF: error_code(0x0000) - not-present page\n"
		"PGD 7f9b0067 P4D 7f844067 PUD 7f9d8067 PMD 0 \n"
		"Oops: 0000 [#1] SMP\n"
		"CPU: 0 PID: 143 Comm: insmod Tainted: G           O      5.10.262 #2\n"
		"RIP: 0010:lab_null_ring_head+0x0/0x10 [lab_null]\n"
		"Code: Unable to access opcode bytes at RIP 0xffffffffc0144fd6.\n"
		"RSP: 0018:ff6d99330019bdf8 EFLAGS: 00000246\n"
		"RAX: 0000000000000000 RBX: ffffffffc014a000 RCX: 0000000000000000\n"
		"CR2: ffffffffc0144fd6 CR3: 000000007f95e000 CR4: 00000000005516f0\n"
		"Call Trace:\n"
		" lab_null_poll+0x5/0xff0 [lab_null]\n" USER_REGS
		"Modules linked in: lab_null(O+)\n"
		"CR2: 0000000000000030\n"
		"---[ end trace b5099e2b9ec966e9 ]---\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_int_equal(p.kind, PFS_PANIC_PAGE_FAULT);
	assert_string_equal(p.module, "lab_null");
	assert_true(p.has_fault_address);
	assert_int_equal(p.fault_address, 0x30);
	assert_int_equal(reg(&p, "cr2"), 0x30);
	assert_false(p.operand.valid);
	assert_true(reg(&p, "rbx") == 0xffffffffc014a000);
	w_free(w);
}

/* v3.10: addresses in brackets, Code: and RIP behind the trace. */
static void old_format(void **state)
{
	struct world *w = log_of(
		"BUG: unable to handle kernel paging request at fffffffffffffffe\n"
		"IP: [<ffffffff8122f6d7>] stable_page_flags+0x27/0x3f0\n"
		"PGD 1c0c067 PUD 1c0e067 PMD 0 \n"
		"Oops: 0000 [#1] SMP \n"
		"CPU: 3 PID: 4711 Comm: page-types Not tainted 3.10.0-862.el7.x86_64 #1\n"
		"task: ffff88003b5b8000 ti: ffff88003b5f4000 task.ti: ffff88003b5f4000\n"
		"RIP: 0010:[<ffffffff8122f6d7>]  [<ffffffff8122f6d7>] stable_page_flags+0x27/0x3f0\n"
		"RSP: 0018:ffff88003b5f7e78  EFLAGS: 00010286\n"
		"RAX: fffffffffffffffe RBX: ffffffffffffffff RCX: 0000000000000000\n"
		"RDX: 0000000000000001 RSI: 00007f0000000000 RDI: ffffea0002fff5c0\n"
		"Stack:\n"
		" ffff88003b5f7ee8 ffffffff8122fb54 0000000000000000 00007f0000000000\n"
		"Call Trace:\n"
		" [<ffffffff8122fb54>] kpageflags_read+0xb4/0x150\n"
		" [<ffffffff8122a1d3>] ? proc_reg_read+0x43/0x70\n"
		"Code: 66 90 48 85 ff 0f 84 <48> 8b 00 31 f6\n"
		"RIP  [<ffffffff8122f6d7>] stable_page_flags+0x27/0x3f0\n"
		" RSP <ffff88003b5f7e78>\n"
		"CR2: fffffffffffffffe\n"
		"---[ end trace 0123456789abcdef ]---\n"
		"Kernel panic - not syncing: Fatal exception\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_int_equal(p.kind, PFS_PANIC_PAGE_FAULT);
	assert_string_equal(p.function, "stable_page_flags");
	assert_int_equal(p.offset, 0x27);
	assert_true(reg(&p, "rip") == 0xffffffff8122f6d7);
	assert_true(reg(&p, "rdi") == 0xffffea0002fff5c0);
	assert_true(reg(&p, "cr2") == 0xfffffffffffffffe);
	assert_int_equal(p.nr_stack, 2);
	assert_string_equal(p.stack[0].function, "kpageflags_read");
	assert_false(p.stack[0].guess);
	assert_true(p.stack[1].guess);
	assert_string_equal(p.access, "read");
	assert_true(p.operand.valid);
	assert_string_equal(p.operand.base, "rax");
	w_free(w);
}

#define BUG_ON_PAGE \
	"page:ffd4000044000000 is uninitialized and poisoned\n" \
	"raw: ffffffffffffffff ffffffffffffffff ffffffffffffffff ffffffffffffffff\n" \
	"raw: ffffffffffffffff fffffffffffffffe ffffffffffffffff ffffffffffffffff\n" \
	"page dumped because: VM_BUG_ON_PAGE(PagePoisoned(p))\n" \
	"------------[ cut here ]------------\n" \
	"kernel BUG at include/linux/mm.h:1087!\n" \
	"invalid opcode: 0000 [#1] SMP\n" \
	"CPU: 0 PID: 1 Comm: swapper/0 Not tainted 5.10.223 #1\n" \
	"RIP: 0010:__pageblock_pfn_to_page+0x97/0xb0\n" \
	"Code: 48 c7 c6 30 02 c2 81 <0f> 0b 48 c7 c6\n" \
	"RSP: 0018:ffffc90000013b58 EFLAGS: 00010246\n" \
	"RAX: 0000000000000034 RBX: 0000000000044000 RCX: 0000000000000000\n" \
	"Call Trace:\n" \
	" set_zone_contiguous+0x46/0x80\n"

static void bug_with_page(void **state)
{
	/* The first dump belongs to a report that killed nobody. */
	struct world *w = log_of(
		"BUG: Bad page state in process cat  pfn:00123\n"
		"page:000000008eb8ea69 refcount:-1 mapcount:0 mapping:0000000000000000 index:0x0 pfn:0x123\n"
		"page dumped because: nonzero _refcount\n"
		"Call Trace:\n"
		" dump_stack+0x6b/0x83\n" BUG_ON_PAGE
		"Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_int_equal(p.kind, PFS_PANIC_BUG);
	assert_string_equal(p.message, "kernel BUG at include/linux/mm.h:1087!");
	assert_string_equal(p.function, "__pageblock_pfn_to_page");
	assert_false(p.operand.valid);
	assert_false(p.has_effective);
	assert_int_equal(p.nr_named, 1);
	assert_true(p.named[0].poisoned);
	assert_true(p.named[0].has_page);
	assert_true(p.named[0].page == 0xffd4000044000000);
	assert_false(p.named[0].has_pfn);
	assert_int_equal(p.named[0].nr_raw, 8);
	assert_true(p.named[0].raw[5] == 0xfffffffffffffffe);
	w_free(w);
}

/* An old WARNING, then what panic_on_warn and panic_on_taint stopped over. */
static void reports(void **state)
{
	static const char *const warning =
		"WARNING: CPU: 1 PID: 1 at arch/x86/kernel/cpu/cpuid-deps.c:117 do_clear_cpu_cap+0xdf/0x140\n"
		"CPU: 1 PID: 1 Comm: swapper/0 Not tainted 6.1.0 #1\n"
		"RIP: 0010:do_clear_cpu_cap+0xdf/0x140\n"
		"---[ end trace 0000000000000000 ]---\n";
	char text[2048];
	struct world *w;
	struct pfs_panic p;

	(void)state;
	snprintf(text, sizeof(text),
		 "%s"
		 "BUG: KASAN: use-after-free in get_page_ext_owner+0x2b/0x40\n"
		 "Read of size 8 at addr ffff888005013e78 by task cat/77\n"
		 "CPU: 0 PID: 77 Comm: cat Not tainted 6.1.0 #1\n"
		 "Call Trace:\n dump_stack_lvl+0x49/0x63\n kasan_report+0xab/0x120\n"
		 "Kernel panic - not syncing: KASAN: panic_on_warn set ...\n"
		 "CPU: 0 PID: 77 Comm: cat Not tainted 6.1.0 #1\n",
		 warning);
	w = log_of(text);
	p = find(w);
	assert_string_equal(p.function, "get_page_ext_owner");
	assert_string_equal(p.comm, "cat");
	assert_int_equal(p.pid, 77);
	assert_int_equal(p.nr_named, 0);
	w_free(w);

	snprintf(text, sizeof(text),
		 "%s"
		 "BUG: Bad page state in process omicli  pfn:09100\n"
		 "page:ffffea0000244000 count:0 mapcount:1 mapping:          (null) index:0x7f\n"
		 "page dumped because: nonzero mapcount\n"
		 "CPU: 0 PID: 1176 Comm: omicli Not tainted 5.15 #1\n"
		 "Call Trace:\n dump_stack+0x19/0x1b\n bad_page.part.75+0xdc/0xf9\n"
		 " free_pages_prepare+0x1ad/0x1d0\n"
		 "Kernel panic - not syncing: panic_on_taint set ...\n",
		 warning);
	w = log_of(text);
	p = find(w);
	assert_string_equal(p.function, "bad_page.part.75");
	assert_string_equal(p.comm, "omicli");
	assert_int_equal(p.nr_named, 1);
	assert_int_equal(p.named[0].by, PFS_NAMED_BY_CHECK);
	assert_true(p.named[0].has_page && p.named[0].page == 0xffffea0000244000);
	assert_int_equal(p.named[0].pfn, 0x9100);
	assert_string_equal(p.named[0].reason, "nonzero mapcount");
	w_free(w);
	/* The same of a machine that then died of something else. */
	snprintf(text, sizeof(text),
		 "BUG: Bad page state in process omicli  pfn:09100\n"
		 "page dumped because: nonzero mapcount\n%s"
		 "BUG: unable to handle page fault for address: 0000000000000500\n"
		 "Oops: 0000 [#1] SMP\nRIP: 0010:f+0x1/0x2\n"
		 "Kernel panic - not syncing: Fatal exception\n",
		 warning);
	w = log_of(text);
	p = find(w);
	assert_int_equal(p.nr_named, 0);
	assert_int_equal(p.nr_elsewhere, 1);
	assert_int_equal(p.elsewhere[0].pfn, 0x9100);
	assert_string_equal(p.elsewhere[0].reason, "nonzero mapcount");
	w_free(w);
	/* The panic is of the WARNING where nothing came behind it. */
	snprintf(text, sizeof(text),
		 "BUG: Bad page state in process x  pfn:00001\n%s"
		 "Kernel panic - not syncing: kernel: panic_on_warn set ...\n",
		 warning);
	w = log_of(text);
	p = find(w);
	assert_string_equal(p.function, "do_clear_cpu_cap");
	w_free(w);
}

/* lib/list_debug.c of 3.10 to 7.x. */
static void corrupt_lists(void **state)
{
	static const struct {
		const char *line;
		uint64_t holder, is, should;
		unsigned int nr;
	} cases[] = {
		{ "list_del corruption. prev->next should be ffffea0000240008, but was ffff888001000208. (prev=ffffea0000244008)",
		  0xffffea0000244008, 0xffff888001000208, 0xffffea0000240008, 2 },
		{ "list_del corruption. next->prev should be ffffea0000240008, but was 5a5a5a5a5a5a5a5a. (next=ffffea0000244008)",
		  0xffffea0000244010, 0x5a5a5a5a5a5a5a5a, 0xffffea0000240008, 2 },
		{ "list_add corruption. next->prev should be prev (ffffea0000240008), but was (null). (next=ffffea0000244008).",
		  0xffffea0000244010, 0, 0xffffea0000240008, 2 },
		{ "list_add corruption. prev->next should be next (ffffea0000240008), but was 0000000000000001. (prev=ffffea0000244008).",
		  0xffffea0000244008, 1, 0xffffea0000240008, 2 },
		/* v3.10 does not say whose word it is */
		{ "list_del corruption. prev->next should be ffffea0000240008, but was           (null)",
		  0, 0, 0, 1 },
		{ "list_del corruption. prev->next should be ffffea0000240008, but was 0000000000000001",
		  0, 0, 0, 1 },
		{ "list_del corruption, ffffea0000240008->next is LIST_POISON1 (dead000000000100)",
		  0, 0, 0, 1 },
		{ "list_del corruption", 0, 0, 0, 0 },
	};
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world *w;
		struct pfs_panic p;

		snprintf(text, sizeof(text),
			 "%s\nkernel BUG at lib/list_debug.c:59!\n"
			 "invalid opcode: 0000 [#1]\n",
			 cases[i].line);
		w = log_of(text);
		p = find(w);
		assert_int_equal(p.kind, PFS_PANIC_BUG);
		assert_int_equal(p.nr_named, cases[i].nr);
		if (cases[i].nr == 2) {
			assert_true(p.named[0].word_at == cases[i].holder);
			assert_true(p.named[0].word_is == cases[i].is);
			assert_true(p.named[0].word_should == cases[i].should);
		}
		if (cases[i].nr) {
			assert_true(p.named[cases[i].nr - 1].page == 0xffffea0000240008);
			assert_int_equal(p.named[cases[i].nr - 1].word_at, 0);
		}
		w_free(w);
	}
}

static void dumped_pages(void **state)
{
	/* v6.10 names no address, v5.9 a hashed one. */
	struct world *w = log_of(
		"page: refcount:0 mapcount:0 mapping:0000000000000000 index:0x1 pfn:0x44000\n"
		"flags: 0xfffffc0002000(reserved|node=0|zone=1)\n"
		"raw: 000fffffc0002000 ffd4000044000008 ffd4000044000008 0000000000000000\n"
		"page:000000008eb8ea69 refcount:1 mapcount:0 mapping:0000000000000000 index:0x0 pfn:0x45000\n"
		"head:000000008eb8ea69 order:9 compound_mapcount:0\n"
		"page_type: 0xffffffff\n"
		"kernel BUG at mm/page_alloc.c:1!\n"
		"Oops: invalid opcode: 0000 [#1] SMP\n"
		"RIP: 0010:f+0x1/0x2\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_int_equal(p.nr_named, 2);
	assert_false(p.named[0].has_page);
	assert_true(p.named[0].has_pfn);
	assert_int_equal(p.named[0].pfn, 0x44000);
	assert_int_equal(p.named[0].nr_raw, 4);
	assert_false(p.named[1].has_page);
	assert_int_equal(p.named[1].pfn, 0x45000);
	w_free(w);
}

/* The cause is the last oops before the panic, unless the panic has another. */
static void which_one(void **state)
{
	const char *warn = "------------[ cut here ]------------\n"
			   "WARNING: CPU: 0 PID: 9 at mm/x.c:12 warner+0x1/0x2\n"
			   "RIP: 0010:warner+0x1/0x2\n"
			   "RSP: 0018:ffffc90000013b58 EFLAGS: 00010246\n"
			   "RAX: 0000000000000bad RBX: 0000000000000bad RCX: 0000000000000bad\n"
			   "---[ end trace 0000000000000000 ]---\n";
	const char *survived = "BUG: kernel NULL pointer dereference, address: 0000000000000008\n"
			       "Oops: 0000 [#1] SMP\n"
			       "CPU: 0 PID: 77 Comm: early Not tainted 6.1\n"
			       "RIP: 0010:early_oops+0x1/0x2\n"
			       "RSP: 0018:ffffc90000013b58 EFLAGS: 00010246\n"
			       "RAX: 0000000000000001 RBX: 0000000000000002 RCX: 0000000000000003\n"
			       "---[ end trace 0000000000000000 ]---\n";
	char text[8192];
	struct world *w;
	struct pfs_panic p;

	(void)state;
	snprintf(text, sizeof(text), "%s%s%s%s", survived, warn, S1_OOPS,
		 "Kernel panic - not syncing: Fatal exception\n");
	w = log_of(text);
	p = find(w);
	assert_string_equal(p.function, "stable_page_flags");
	w_free(w);

	/* An oops that the machine survived does not explain a sysrq. */
	snprintf(text, sizeof(text), "%s%s%s", survived,
		 "sysrq: Trigger a crash\n"
		 "Kernel panic - not syncing: sysrq triggered crash\n"
		 "CPU: 1 PID: 196 Comm: sh Not tainted 6.1.0 #1\n"
		 "Call Trace:\n"
		 " <TASK>\n"
		 " dump_stack_lvl+0x44/0x5c\n"
		 " panic+0x118/0x2f4\n"
		 " sysrq_handle_crash+0x16/0x20\n",
		 USER_REGS);
	w = log_of(text);
	p = find(w);
	assert_int_equal(p.kind, PFS_PANIC_SYSRQ);
	assert_string_equal(p.message, "Kernel panic - not syncing: sysrq triggered crash");
	assert_null(p.function);
	assert_string_equal(p.comm, "sh");
	assert_int_equal(p.nr_regs, 0);
	assert_int_equal(p.nr_stack, 3);
	w_free(w);

	/* Nor a panic of another kind, nor init's end one that init did not have. */
	snprintf(text, sizeof(text), "%s%s", survived,
		 "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\n"
		 "CPU: 1 PID: 1 Comm: init Not tainted 6.1.0 #1\n");
	w = log_of(text);
	p = find(w);
	assert_int_equal(p.kind, PFS_PANIC_OTHER);
	assert_string_equal(p.comm, "init");
	assert_null(p.function);
	w_free(w);

	/* panic_on_warn: the warning is the cause. */
	snprintf(text, sizeof(text), "%s%s%s", survived, warn,
		 "Kernel panic - not syncing: kernel: panic_on_warn set ...\n");
	w = log_of(text);
	p = find(w);
	assert_int_equal(p.kind, PFS_PANIC_OTHER);
	assert_string_equal(p.function, "warner");
	assert_int_equal(reg(&p, "rax"), 0xbad);
	w_free(w);

	/* A warning alone, or a lockup alone, is no panic. */
	w = log_of(warn);
	assert_int_equal(find(w).kind, PFS_PANIC_NONE);
	w_free(w);
	w = log_of("watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [cat:123]\n");
	assert_int_equal(find(w).kind, PFS_PANIC_NONE);
	w_free(w);
}

static void sysrq_of_old(void **state)
{
	struct world *w = log_of(
		"SysRq : Trigger a crash\n"
		"BUG: unable to handle kernel NULL pointer dereference at           (null)\n"
		"IP: sysrq_handle_crash+0x12/0x20\n"
		"Oops: 0002 [#1] SMP\n"
		"CPU: 0 PID: 12 Comm: bash Not tainted 4.14.0 #1\n"
		"RIP: 0010:sysrq_handle_crash+0x12/0x20\n"
		"RSP: 0018:ffffc90000013b58 EFLAGS: 00010246\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_int_equal(p.kind, PFS_PANIC_SYSRQ);
	assert_true(p.has_fault_address);
	assert_int_equal(p.fault_address, 0);
	w_free(w);
}

static void lockups(void **state)
{
	struct world *w = log_of(
		"watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [cat:123]\n"
		"Modules linked in:\n"
		"CPU: 1 PID: 123 Comm: cat Not tainted 6.1.0 #1\n"
		"RIP: 0010:spin+0x5/0x20\n"
		"RSP: 0018:ffffc90000013b58 EFLAGS: 00010246\n"
		"RAX: 0000000000000001 RBX: 0000000000000002 RCX: 0000000000000003\n"
		"Call Trace:\n"
		" looper+0x1/0x2\n"
		"Kernel panic - not syncing: softlockup: hung tasks\n"
		"CPU: 1 PID: 123 Comm: cat Tainted: G             L     6.1.0 #1\n"
		"Call Trace:\n"
		" <IRQ>\n"
		" panic+0x118/0x2f4\n");
	struct pfs_panic p = find(w);

	(void)state;
	assert_int_equal(p.kind, PFS_PANIC_LOCKUP);
	assert_string_equal(p.message, "Kernel panic - not syncing: softlockup: hung tasks");
	assert_string_equal(p.function, "spin");
	assert_string_equal(p.stack[0].function, "looper");
	assert_int_equal(p.cpu, 1);
	w_free(w);

	w = log_of("INFO: task a:b c:321 blocked for more than 120 seconds.\n"
		   "task:a:b c  state:D stack:0 pid:321\n"
		   "Call Trace:\n"
		   " __schedule+0x1/0x2\n"
		   "Kernel panic - not syncing: hung_task: blocked tasks\n"
		   "CPU: 0 PID: 30 Comm: khungtaskd Not tainted 6.1.0 #1\n"
		   "Call Trace:\n"
		   " panic+0x118/0x2f4\n");
	p = find(w);
	assert_int_equal(p.kind, PFS_PANIC_LOCKUP);
	assert_string_equal(p.comm, "a:b c");
	assert_int_equal(p.pid, 321);
	assert_int_equal(p.cpu, -1); /* the task sleeps: CPU 0 is khungtaskd's */
	assert_string_equal(p.stack[0].function, "__schedule");
	w_free(w);

	w = log_of("Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled\n"
		   "CPU: 0 PID: 30 Comm: hog Not tainted 6.1.0 #1\n"
		   "Call Trace:\n"
		   " out_of_memory+0x1/0x2\n");
	p = find(w);
	assert_int_equal(p.kind, PFS_PANIC_OTHER);
	assert_string_equal(p.comm, "hog");
	assert_int_equal(p.nr_stack, 1);
	w_free(w);
}

/*
 * Who hangs is reported by another, and a stall by any CPU: task, CPU and stack are of one.
 * The formats are of kernel/hung_task.c, kernel/rcu/tree_stall.h and kernel/watchdog.c.
 */
static void one_context(void **state)
{
#define NOTICED \
	"CPU: 0 PID: 30 Comm: khungtaskd Not tainted 6.1.0 #1\n" \
	"Call Trace:\n" \
	" panic+0x118/0x2f4\n" \
	" watchdog+0xc/0xbb\n"
#define HUNG "INFO: task sed:111 blocked for more than 4 seconds.\n"
	/* clang-format off */
	static const struct {
		const char *text, *comm, *first;
		int64_t pid;
		int cpu;
	} cases[] = {
		/* hung_task_all_cpu_backtrace: other CPUs speak between the two */
		{ HUNG
		  "task:sed             state:D stack:0     pid:111   ppid:107    flags:0x2\n"
		  "Call Trace:\n __schedule+0x1/0x2\n"
		  "NMI backtrace for cpu 1\n"
		  "CPU: 1 PID: 0 Comm: swapper/1 Not tainted 6.1.0 #1\n"
		  "Call Trace:\n default_idle+0x1/0x2\n"
		  "Kernel panic - not syncing: hung_task: blocked tasks\n" NOTICED,
		  "sed", "__schedule", 111, -1 },
		/* its trace was lost: that of khungtaskd is not its own */
		{ HUNG "Kernel panic - not syncing: hung_task: blocked tasks\n" NOTICED,
		  "sed", NULL, 111, -1 },
		/* before v5.9, show_task() printed columns */
		{ HUNG
		  "sed             D    0   111    107 0x00000080\n"
		  "Call Trace:\n [<ffffffff8e57ac23>] __schedule+0x1/0x2\n"
		  "Kernel panic - not syncing: hung_task: blocked tasks\n" NOTICED,
		  "sed", "__schedule", 111, -1 },
		/* a task that was preempted holds up RCU: it is on no CPU either */
		{ "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\n"
		  "rcu: \tTasks blocked on level-0 rcu_node (CPUs 0-1): P123\n"
		  "rcu: \t(detected by 0, t=5252 jiffies, g=9, q=3 ncpus=2)\n"
		  "task:cat             state:R  running task     stack:0     pid:123   ppid:1\n"
		  "Call Trace:\n preempt_schedule_irq+0x1/0x2\n"
		  "Kernel panic - not syncing: RCU Stall\n" NOTICED,
		  "cat", "preempt_schedule_irq", 123, -1 },
		/* a CPU that answers to an NMI */
		{ "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\n"
		  "rcu: \t1-...!: (1 GPs behind) idle=0/0/0x1\n"
		  "Sending NMI from CPU 0 to CPUs 1:\n"
		  "NMI backtrace for cpu 1\n"
		  "CPU: 1 PID: 77 Comm: spinner Not tainted 6.1.0 #1\n"
		  "Call Trace:\n spin+0x1/0x2\n"
		  "Kernel panic - not syncing: RCU Stall\n" NOTICED,
		  "spinner", "spin", 77, 1 },
		/* the buddy detector of v6.5: another CPU notices, which panics */
		{ "watchdog: Watchdog detected hard LOCKUP on cpu 2\n"
		  "Sending NMI from CPU 0 to CPUs 2:\n"
		  "NMI backtrace for cpu 2\n"
		  "CPU: 2 PID: 78 Comm: deaf Not tainted 6.6.0 #1\n"
		  "Call Trace:\n deaf_loop+0x1/0x2\n"
		  "Kernel panic - not syncing: Hard LOCKUP\n" NOTICED,
		  "deaf", "deaf_loop", 78, 2 },
		/* and does not answer */
		{ "watchdog: Watchdog detected hard LOCKUP on cpu 2\n"
		  "Kernel panic - not syncing: Hard LOCKUP\n" NOTICED,
		  NULL, NULL, -1, 2 },
		/* the CPU itself: what is missing of it is behind the panic */
		{ "Watchdog detected hard LOCKUP on cpu 0\n"
		  "Kernel panic - not syncing: Hard LOCKUP\n" NOTICED,
		  "khungtaskd", "panic", 30, 0 },
	};
	/* clang-format on */
	struct pfs_panic p;
	struct world *w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		w = log_of(cases[i].text);
		p = find(w);
		assert_int_equal(p.kind, PFS_PANIC_LOCKUP);
		assert_int_equal(p.cpu, cases[i].cpu);
		assert_int_equal(p.pid, cases[i].pid);
		assert_string_equal(p.comm ? p.comm : "-", cases[i].comm ? cases[i].comm : "-");
		assert_string_equal(p.nr_stack ? p.stack[0].function : "-",
				    cases[i].first ? cases[i].first : "-");
		w_free(w);
	}
#undef HUNG
#undef NOTICED
}

static void nothing(void **state)
{
	struct world *w = log_of("all is well\n[#1]\n: [#1]\nRIP: 0010:f+0x1/0x2\n");

	(void)state;
	assert_int_equal(find(w).kind, PFS_PANIC_NONE);
	assert_int_equal(find(w).pid, -1);
	w_free(w);

	/* No log: panic_cpu may still tell. */
	w = w_new();
	assert_int_equal(find(w).kind, PFS_PANIC_NONE);
	assert_true(w_limit(w, "panic", "no readable kernel log"));
	w_fact(w, PFS_F_PANIC_CPU, KERNEL + OBJ);
	w_u32(w, OBJ, 0xffffffff);
	assert_int_equal(find(w).kind, PFS_PANIC_NONE);
	w_u32(w, OBJ, 3);
	assert_int_equal(find(w).kind, PFS_PANIC_OTHER);
	assert_int_equal(find(w).cpu, 3);
	assert_non_null(find(w).message);
	w_free(w);
}

/* Instructions by their bytes; registers as in the text. */
static struct pfs_panic with_code(struct world **ret, const char *head, const char *code)
{
	char text[2048];

	snprintf(
		text, sizeof(text),
		"%s\nCPU: 0 PID: 1 Comm: x Not tainted 6.1\nRIP: 0010:[<ffffffff81000000>] f+0x1/0x2\n"
		"Code: 90 %s\n"
		"RSP: 0018:ffffc90000013b58 EFLAGS: 00010246\n"
		"RAX: 0000000000000123 RBX: ffffea0000000000 RCX: 0000000000000008\n"
		"RSI: 6b6b6b6b6b6b6b6b RDI: ffff888000000000 R08: 0000000000000010\n"
		"GS:  ffff888b3f7c0000(0000)\n"
		"FS:  0000000000001000(0000) GS:ffff888b3f7c0000(0000) knlGS:0\n",
		head, code);
	*ret = log_of(text);
	return find(*ret);
}

static void operands(void **state)
{
	const char *gp = "general protection fault: 0000 [#1] SMP";
	const char *pf =
		"BUG: unable to handle page fault for address: ffff888000000000\nOops: 0002 [#1]";
	static const struct {
		const char *code;
		bool pf;
		uint64_t address;
		unsigned int size;
		bool write;
	} cases[] = {
		{ "<48> 8b 44 8b 10 90 90 90", false, 0xffffea0000000030, 8,
		  false },						  /* rbx+rcx*4+0x10 */
		{ "<f3> a4 90 90", false, 0x6b6b6b6b6b6b6b6b, 1, false }, /* rep movsb, rsi */
		{ "<f3> a4 90 90", true, 0xffff888000000000, 1, true },	  /* rep movsb, rdi */
		{ "<65> 48 8b 04 25 10 00 00 00", false, 0xffff888b3f7c0010, 8,
		  false },							      /* gs:0x10 */
		{ "<48> 8b 05 10 00 00 00 90", false, 0xffffffff81000017, 8, false }, /* rip */
		{ "<48> 0f a3 03 90 90", false, 0xffffea0000000020, 8, false }, /* bt [rbx], rax */
		{ "<67> 8b 03 90 90", false, 0, 4, false },			/* [ebx] */
	};
	struct pfs_panic p;
	struct world *w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		p = with_code(&w, cases[i].pf ? pf : gp, cases[i].code);
		assert_true(p.operand.valid);
		assert_true(p.operand.address == cases[i].address);
		assert_int_equal(p.operand.size, cases[i].size);
		assert_int_equal(p.operand.write, cases[i].write);
		w_free(w);
	}
}

/*
 * Without a page fault of its own, the operand is what faulted only where the exception is one
 * of an access, or where it holds the address that the stack's guard page was hit at: rep stosq
 * of stack[] below faulted, and so did the frame that the CPU pushed then, where CR2 is.
 */
static void operand_of_others(void **state)
{
#define GUARD "BUG: TASK stack guard page was hit at 00000000178098e0 (stack is 00000000ba6fd162..0)\n" \
	      "stack guard page: 0000 [#1] SMP"
#define AT_GUARD "BUG: stack guard page was hit at ffffc900000dbfff (stack is ffffc900000dc000..0)\n" \
		 "kernel stack overflow (page fault): 0000 [#1] SMP"
#define STOS "<f3> 48 ab"	    /* rep stosq [rdi], rax */
#define LOAD "<8a> 43 ff"	    /* mov al, [rbx - 1] */
	static const struct {
		const char *title, *code;
		uint64_t rdi, rbx, cr2, fault; /* fault: 0, not known */
		bool operand;
	} cases[] = {
		{ GUARD, STOS, 0xff7e2d8bc03dfd10, 0, 0xff7e2d8bc03dfcf8, 0xff7e2d8bc03dfcf8,
		  false },
		{ GUARD, LOAD, 0, 0xff5b6883403c8000, 0xff5b6883403c7fff, 0xff5b6883403c7fff,
		  true },
		{ GUARD, LOAD, 0, 0xff5b6883403c8000, 0x7ffc12345678, 0, false },
		{ AT_GUARD, LOAD, 0, 0xffffc900000dc000, 0x7ffc12345678, 0xffffc900000dbfff, true },
		{ AT_GUARD, LOAD, 0, 0xffffea0000240000, 0x7ffc12345678, 0xffffc900000dbfff,
		  false },
		{ "PANIC: double fault, error_code: 0x0\ndouble fault: 0000 [#1] SMP", LOAD, 0,
		  0xffffea0000240000, 0xffffc900000dbff8, 0, false },
		{ "divide error: 0000 [#1] SMP", LOAD, 0, 0xffffea0000240000, 0, 0, false },
		{ "int3: 0000 [#1] SMP", LOAD, 0, 0xdead000000000100, 0, 0, false },
		{ "stack segment: 0000 [#1] SMP", LOAD, 0, 0xdead000000000100, 0,
		  0xdead0000000000ff, true },
	};
	char text[1024];
	struct pfs_panic p;
	struct world *w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(text, sizeof(text),
			 "%s\nRIP: 0010:stack_eater+0x2f/0xc0\nCode: 90 %s 90 90\n"
			 "RSP: 0018:ff7e2d8bc03dfd08 EFLAGS: 00000246\n"
			 "RAX: 0000000000000000 RBX: %016jx RDI: %016jx\n"
			 "CR2: %016jx CR3: 000000001fe58000 CR4: 0000000000751eb0\n",
			 cases[i].title, cases[i].code, (uintmax_t)cases[i].rbx,
			 (uintmax_t)cases[i].rdi, (uintmax_t)cases[i].cr2);
		w = log_of(text);
		p = find(w);
		assert_int_equal(p.kind, PFS_PANIC_OOPS);
		assert_int_equal(p.operand.valid, cases[i].operand);
		assert_int_equal(p.has_effective, cases[i].fault != 0);
		assert_true(p.fault_address_effective == cases[i].fault);
		w_free(w);
	}
	/* A lockup's instruction faulted nowhere. */
	w = log_of("watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [cat:123]\n"
		   "CPU: 1 PID: 123 Comm: cat Not tainted 6.1.0 #1\n"
		   "RIP: 0010:spin+0x5/0x20\nCode: 90 " LOAD " 90\n"
		   "RSP: 0018:ffffc90000013b58 EFLAGS: 00010246\n"
		   "RAX: 0000000000000001 RBX: ffffea0000240000\n"
		   "Kernel panic - not syncing: softlockup: hung tasks\n");
	p = find(w);
	assert_int_equal(p.kind, PFS_PANIC_LOCKUP);
	assert_int_equal(reg(&p, "rbx"), 0xffffea0000240000);
	assert_false(p.operand.valid || p.has_effective);
	w_free(w);
#undef GUARD
#undef AT_GUARD
#undef STOS
#undef LOAD
}

static void no_operand(void **state)
{
	/* clang-format off */
	static const char *const code[] = {
		"<0f> 0b 90 90",		/* ud2 */
		"<48> 8d 42 ff",		/* lea */
		"<48> 89 c3",			/* registers alone */
		"<48>",				/* cut short */
		"<48> 8b",
		"<zz> 8b 42 ff",
		"48 8b 42 ff",			/* no mark */
		"<48> 8b 42 ff",		/* rdx was not printed */
		"<06> 06 06",			/* no instruction */
		"Bad RIP value.",
		"<",
	};
	/* clang-format on */
	struct pfs_panic p;
	struct world *w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(code) / sizeof(*code); i++) {
		p = with_code(&w, "general protection fault: 0000 [#1]", code[i]);
		assert_int_equal(p.kind, PFS_PANIC_GP_FAULT);
		assert_false(p.operand.valid);
		assert_false(p.has_fault_address);
		w_free(w);
	}
	/* A page fault elsewhere than the operand: it was not the operand. */
	p = with_code(
		&w,
		"BUG: unable to handle page fault for address: 0000000000000500\nOops: 0000 [#1]",
		"<48> 8b 03 90");
	assert_false(p.operand.valid);
	assert_int_equal(p.fault_address_effective, 0x500);
	w_free(w);
	/* Eight bytes from the last address but one on do not go on at 0: rcx - 10. */
	p = with_code(
		&w,
		"BUG: unable to handle page fault for address: 0000000000000002\nOops: 0000 [#1]",
		"<48> 8b 41 f6");
	assert_false(p.operand.valid);
	w_free(w);
}

static void stack_words(void **state)
{
	struct world *w = log_of("general protection fault: 0000 [#1]\n"
				 "RIP: 0010:f+0x1/0x2\n"
				 "RSP: 0018:ffffffff80053f00 EFLAGS: 00010246\n");
	struct pfs_section s = { .nr = 15 };
	struct pfs_panic p;

	(void)state;
	w->m.sections = &s;
	w->m.nr_sections = 1;
	w->m.layout.vmemmap = 0xffffea0000000000;
	w->m.layout.vmemmap_known = true;
	w_u64(w, 0x53ef8, 0xffffea0000000040); /* below RSP */
	w_u64(w, 0x53f08, 0xffffea0000000040);
	w_u64(w, 0x53f10, 0xffffea0002000000); /* past the last section */
	w_u64(w, 0x53f18, 0xffffea0001ffffff);
	w_u64(w, 0x54000, 0xffffea0000000040); /* past the stack */
	p = find(w);
	assert_int_equal(p.nr_words, 2);
	assert_int_equal(p.words[0].at, 8);
	assert_true(p.words[1].value == 0xffffea0001ffffff);

	/* Bounded: a stack full of them. */
	w_fact(w, PFS_F_THREAD_SIZE, 32768);
	for (uint64_t at = 0x53f00; at < 0x58000; at += 8)
		w_u64(w, at, 0xffffea0000000040);
	assert_int_equal(find(w).nr_words, 256);
	w_free(w);
}

static void prstatus(void **state)
{
	unsigned char note[336] = { 0 };
	const struct pfs_oops_arch *arch = &pfs_oops_x86_64;
	struct world *w = log_of("sysrq: Trigger a crash\n"
				 "Kernel panic - not syncing: sysrq triggered crash\n"
				 "CPU: 1 PID: 196 Comm: sh Not tainted 6.1.0 #1\n");
	struct pfs_cpu_note cpus[] = { { 0, NULL, 0 }, { 1, note, sizeof(note) } };
	struct pfs_panic p;
	unsigned int i;

	(void)state;
	for (i = 0; i < arch->nr_regs; i++)
		note[arch->prstatus_regs_offset + i * 8u + 7] = 0xff;
	w->ram.t.info.cpus = cpus;
	w->ram.t.info.nr_cpus = 2;
	p = find(w);
	assert_int_equal(p.nr_regs, arch->nr_regs);
	assert_string_equal(p.regs_from, "PRSTATUS");
	assert_true(reg(&p, "rip") == 0xff00000000000000);
	/* Too short, of user mode, or of a CPU that has none. */
	cpus[1].len = 100;
	assert_int_equal(find(w).nr_regs, 0);
	cpus[1].len = sizeof(note);
	memset(note, 0x11, sizeof(note));
	assert_int_equal(find(w).nr_regs, 0);
	cpus[1].cpu = 7;
	assert_int_equal(find(w).nr_regs, 0);
	w_free(w);
}

/* Nothing here may hang, overrun or be believed. */
static void hostile(void **state)
{
	static const char *const lines[] = {
		"RIP: 0010:",
		"RIP: ",
		"IP: [<",
		"RIP: 0010:[<ffffffffffffffffffff>] f+0x1/0x2",
		"RAX:",
		"RAX: 11111111111111111111111111",
		"RSP: 0018:",
		"CR2: ",
		"FS:  (((((",
		"Code: <",
		"Code: <48",
		"CPU: 99999999999999999999 PID: 99999999999999999999 Comm: ",
		"CPU: 0 PID: 1 Comm: Not tainted",
		"page:",
		"page: pfn:0x",
		"raw: zz",
		"raw: ",
		" ? +0x1/0x2",
		" f+0x/0x",
		" f+0x1/",
		" [<",
		" [<0>]",
		"#PF: error_code(",
		"#PF: ",
		"general protection fault, probably for non-canonical address : 0000 [#1]",
		"INFO: task  blocked for more than ",
		"INFO: task :::: blocked for more than 1",
		"watchdog: BUG: soft lockup - CPU#",
		"! []",
		"Kernel panic - not syncing: ",
		"---[ end trace",
		"WARNING: ",
		"x: 0000 [#",
		"x: 0000 [#1]",
		"Call Trace:",
	};
	struct world *w;
	char *text, *q;
	size_t i, k, n = sizeof(lines) / sizeof(*lines);

	(void)state;
	/* Every line behind every other, each of them in an oops. */
	for (i = 0; i < n; i++) {
		text = calloc(1, 1 << 16);
		assert_non_null(text);
		q = text + sprintf(text, "BUG: unable to handle page fault for address: 1\n");
		for (k = 0; k < n; k++)
			q += sprintf(q, "%s\n%s\n", lines[i], lines[k]);
		w = log_of(text);
		find(w);
		w_free(w);
		free(text);
	}
	/* One line of a megabyte, and a hundred thousand of one kind. */
	text = malloc((1 << 20) + 1);
	assert_non_null(text);
	memset(text, 'a', 1 << 20);
	memcpy(text, "RIP: 0010:", 10);
	text[1 << 20] = '\0';
	w = log_of(text);
	find(w);
	w_free(w);
	for (i = 0; i < 1 << 20; i += 16)
		memcpy(text + i, "x: 0000 [#1] SM\n", 16);
	w = log_of(text);
	assert_int_equal(find(w).kind, PFS_PANIC_OOPS);
	w_free(w);
	for (i = 0; i < 1 << 20; i += 16)
		memcpy(text + i, " frame+0x1/0x22\n", 16);
	memcpy(text, "x: 0000 [#1] SM\nCall Trace:    \n", 32);
	w = log_of(text);
	assert_int_equal(find(w).nr_stack, 128);
	w_free(w);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gp_fault),	    cmocka_unit_test(gp_fault_displaced),
		cmocka_unit_test(page_fault_write), cmocka_unit_test(reserved_bit),
		cmocka_unit_test(null_dereference), cmocka_unit_test(old_format),
		cmocka_unit_test(bug_with_page),    cmocka_unit_test(reports),
		cmocka_unit_test(corrupt_lists),    cmocka_unit_test(dumped_pages),
		cmocka_unit_test(which_one),	    cmocka_unit_test(sysrq_of_old),
		cmocka_unit_test(one_context),	    cmocka_unit_test(operand_of_others),
		cmocka_unit_test(lockups),	    cmocka_unit_test(nothing),
		cmocka_unit_test(operands),	    cmocka_unit_test(no_operand),
		cmocka_unit_test(stack_words),	    cmocka_unit_test(prstatus),
		cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
