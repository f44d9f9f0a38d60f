/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The seam to crash, and the one file that sees its header. One binary serves
 * crash 8.0.1 to 9.x: it looks at no field of crash's structures but those that
 * never moved between them, and asks functions for the rest.
 */
#include <crash/defs.h>

#include <dlfcn.h>
#include <elf.h>
#include <stdio_ext.h>

#include "crash/crash.h"

/* Of the command that is running. */
static struct {
	struct pfs_engine engine;
	bool loaded;
	bool running;	  /* signals and flags are ours */
	bool in_crash;	  /* a function of crash, called by a library, is on the stack */
	bool failed;	  /* the last function of crash was left by a jump */
	bool aborted;	  /* crash wanted to go back to its prompt, and must */
	bool scanning;	  /* a ^C is waited for by others */
	bool interrupted; /* by a ^C before that: what comes out now is worthless */
	sigset_t signals; /* as they were */
	ulong excluded_flags;
	bool sadump_zeroes;
} state;

struct jumps {
	jmp_buf main_loop, foreach_loop;
	ulonglong in_foreach;
};

/*
 * crash's functions leave by a jump to one of two places: to foreach_loop_env
 * where an error is fatal to the command and IN_FOREACH is set, and to
 * main_loop_env otherwise, as restart() does when the pager is gone. Both lead
 * here while the function runs.
 */
static bool guarded(bool (*call)(void *arg), void *arg)
{
	struct jumps saved;
	volatile bool ret = false;

	if (state.aborted)
		return false;
	memcpy(&saved.main_loop, &pc->main_loop_env, sizeof(saved.main_loop));
	memcpy(&saved.foreach_loop, &pc->foreach_loop_env, sizeof(saved.foreach_loop));
	saved.in_foreach = pc->flags & IN_FOREACH;
	state.in_crash = state.failed = true;
	if (setjmp(pc->main_loop_env)) {
		state.aborted = true;
	} else if (!setjmp(pc->foreach_loop_env)) {
		pc->flags |= IN_FOREACH;
		ret = call(arg);
		state.failed = false;
	}
	state.in_crash = false;
	pc->flags = (pc->flags & ~IN_FOREACH) | saved.in_foreach;
	memcpy(&pc->main_loop_env, &saved.main_loop, sizeof(saved.main_loop));
	memcpy(&pc->foreach_loop_env, &saved.foreach_loop, sizeof(saved.foreach_loop));
	return ret;
}

bool pfs_crash_failed(void)
{
	return state.failed || state.aborted;
}

struct machine {
	const char *name;
	char *crash; /* machine_type() takes it so */
	size_t prstatus;
};

/* What this crash was built for; NULL: a machine that we do not support. */
static const struct machine *machine(void)
{
	static const struct machine known[] = {
#define ARCH(name, elf, prstatus, crash) { #name, crash, prstatus },
#include <pfnscope/archs.def>
#undef ARCH
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (machine_type(known[i].crash))
			return &known[i];
	return NULL;
}

/*
 * What crash takes the dump for. LIVE_SYSTEM comes before the way in which its
 * memory is read, and a RAM dump before the ELF that crash makes of it.
 */
static const char *format(void)
{
	static const struct {
		ulonglong flags, flags2;
		const char *name, *flattened;
	} known[] = {
		{ LIVE_SYSTEM, REM_PAUSED_F, "live", NULL },
		{ LIVE_RAMDUMP, RAMDUMP, "ramdump", NULL },
		{ 0, VMWARE_VMSS_GUESTDUMP, "vmware-guestdump", NULL },
		{ VMWARE_VMSS, 0, "vmware-vmss", NULL },
		{ DISKDUMP, 0, "kdump", "kdump-flattened" },
		{ KDUMP | NETDUMP | REM_NETDUMP, 0, "elf", "elf-flattened" },
		{ SADUMP, 0, "sadump", NULL },
		{ XENDUMP, 0, "xendump", NULL },
		{ KVMDUMP, 0, "kvmdump", NULL },
		{ LKCD | REM_LKCD, 0, "lkcd", NULL },
		{ MCLXCD | REM_MCLXCD, 0, "mclx", NULL },
		{ S390D | REM_S390D, 0, "s390", NULL },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (pc->flags & known[i].flags || pc->flags2 & known[i].flags2)
			return FLAT_FORMAT() && known[i].flattened ? known[i].flattened :
								     known[i].name;
	return "unknown";
}

void pfs_crash_info(struct pfs_crash_info *ret)
{
	const struct machine *m = machine();

	*ret = (struct pfs_crash_info){
		.version = pc->program_version,
		.arch = m ? m->name : NULL,
		.prstatus_size = m ? m->prstatus : 0,
		.page_size = (unsigned int)PAGESIZE(),
		.dumpfile = ACTIVE() || REMOTE_MEMSRC() ? NULL : pc->dumpfile,
		.format = format(),
		.live = ACTIVE() || REMOTE_MEMSRC(),
		.minimal = !!(pc->flags & MINIMAL_MODE),
		.elf = (NETDUMP_DUMPFILE() || KDUMP_DUMPFILE()) && !(pc->flags2 & RAMDUMP),
		.raw = pc->flags2 & RAMDUMP,
		.split = dumpfile_is_split(),
		.flattened = FLAT_FORMAT(),
		.cpus = kt->cpus > 0 ? (unsigned int)kt->cpus : 0,
		.terminal = fp == stdout && isatty(STDOUT_FILENO),
	};
}

static bool call_show_files(void *arg)
{
	(void)arg;
	if (pc->flags2 & RAMDUMP)
		show_ramdump_files();
	else
		show_split_dumpfiles();
	return true;
}

bool pfs_crash_file_list(char *buf, size_t size)
{
	FILE *saved = fp, *mem;
	bool ret;

	if (!(pc->flags2 & RAMDUMP) && !dumpfile_is_split())
		return false;
	memset(buf, 0, size);
	mem = fmemopen(buf, size, "w");
	if (!mem)
		return false;
	fp = mem;
	ret = guarded(call_show_files, NULL);
	fp = saved;
	return !fclose(mem) && ret;
}

struct read_call {
	uint64_t at;
	void *buf;
	size_t len;
	int ret;
};

static bool call_read_phys(void *arg)
{
	struct read_call *c = arg;
	int fd = REMOTE_MEMSRC() ? pc->sockfd : ACTIVE() ? pc->mfd : pc->dfd;

	/* readmem() says no more than that it failed. */
	c->ret = pc->readmem(fd, c->buf, (int)c->len, 0, c->at);
	return c->ret >= 0;
}

static bool sigint_waits(void)
{
	sigset_t pending;

	return !sigpending(&pending) && sigismember(&pending, SIGINT);
}

enum pfs_crash_read pfs_crash_read_phys(uint64_t pa, void *buf, size_t len)
{
	struct read_call c = { pa, buf, len, READ_ERROR };

	/* The stages before the scan are short, but on a slow disk: let them fail through. */
	if (!state.scanning && sigint_waits())
		state.interrupted = true;
	if (state.interrupted)
		return PFS_CRASH_FAILED;
	if (guarded(call_read_phys, &c))
		return PFS_CRASH_OK;
	return c.ret == SEEK_ERROR    ? PFS_CRASH_NO_RAM :
	       c.ret == PAGE_EXCLUDED ? PFS_CRASH_EXCLUDED :
					PFS_CRASH_FAILED;
}

static bool call_read_virt(void *arg)
{
	struct read_call *c = arg;

	return readmem(c->at, KVADDR, c->buf, (long)c->len, "pfnscope", RETURN_ON_ERROR | QUIET);
}

bool pfs_crash_read_virt(uint64_t va, void *buf, size_t len)
{
	struct read_call c = { va, buf, len, 0 };

	return guarded(call_read_virt, &c);
}

struct note_call {
	unsigned int cpu;
	const Elf64_Nhdr *note;
};

static bool call_prstatus(void *arg)
{
	struct note_call *c = arg;

	c->note = DISKDUMP_DUMPFILE() ? diskdump_get_prstatus_percpu((int)c->cpu) :
		  NETDUMP_DUMPFILE() || KDUMP_DUMPFILE() ?
					netdump_get_prstatus_percpu((int)c->cpu) :
					NULL;
	return c->note;
}

const void *pfs_crash_prstatus(unsigned int cpu, size_t *ret_len)
{
	struct note_call c = { .cpu = cpu };

	if (!guarded(call_prstatus, &c) || c.note->n_type != NT_PRSTATUS)
		return NULL;
	*ret_len = c.note->n_descsz;
	return (const char *)(c.note + 1) + (c.note->n_namesz + 3) / 4 * 4;
}

/* crash may write into the names that it is given, and has no const. */
struct name_call {
	char name[128], member[128], both[256];
	uint64_t value;
	struct pfs_member found;
};

static bool call_symbol(void *arg)
{
	struct name_call *c = arg;

	if (!symbol_exists(c->name))
		return false;
	c->value = symbol_value(c->name);
	return true;
}

static bool call_type_size(void *arg)
{
	struct name_call *c = arg;
	long size = STRUCT_SIZE(c->name);

	c->value = (uint64_t)size;
	return size > 0;
}

static bool call_member(void *arg)
{
	struct name_call *c = arg;
	struct datatype_member dm = { .name = c->name };

	if (datatype_info(c->name, c->member, &dm) < 0 || dm.member_offset < 0)
		return false;
	c->found.offset = (uint64_t)dm.member_offset;
	c->found.size = dm.member_size > 0 ? (uint64_t)dm.member_size : 0;
	/* This has gdb print the whole type, and takes its time. */
	if (dm.member_typecode == TYPE_CODE_ARRAY) {
		int n = get_array_length(c->both, NULL, 0);

		c->found.nelems = n > 0 ? (uint64_t)n : 0;
	}
	return true;
}

static bool call_enumerator(void *arg)
{
	struct name_call *c = arg;
	long value;

	if (!enumerator_value(c->name, &value))
		return false;
	c->value = (uint64_t)value;
	return true;
}

static bool ask(bool (*call)(void *arg), const char *name, const char *member, struct name_call *c)
{
	memset(c, 0, sizeof(*c));
	if (strlen(name) >= sizeof(c->name) || strlen(member) >= sizeof(c->member))
		return false;
	strcpy(c->name, name);
	strcpy(c->member, member);
	snprintf(c->both, sizeof(c->both), "%s.%s", name, member);
	return guarded(call, c);
}

bool pfs_crash_symbol(const char *name, uint64_t *ret)
{
	struct name_call c;
	bool found = ask(call_symbol, name, "", &c);

	if (found)
		*ret = c.value;
	return found;
}

struct symbol_at_call {
	uint64_t addr;
	const char *name;
	ulong offset;
};

static bool call_symbol_at(void *arg)
{
	struct symbol_at_call *c = arg;
	struct syment *sym = value_search((ulong)c->addr, &c->offset);

	c->name = sym ? sym->name : NULL;
	return c->name;
}

bool pfs_crash_symbol_at(uint64_t addr, const char **ret_name, uint64_t *ret_offset)
{
	struct symbol_at_call c = { .addr = addr };

	if (!guarded(call_symbol_at, &c))
		return false;
	*ret_name = c.name;
	*ret_offset = c.offset;
	return true;
}

bool pfs_crash_type_size(const char *type, uint64_t *ret)
{
	struct name_call c;
	bool found = ask(call_type_size, type, "", &c);

	if (found)
		*ret = c.value;
	return found;
}

bool pfs_crash_member(const char *type, const char *member, struct pfs_member *ret)
{
	struct name_call c;
	bool found = ask(call_member, type, member, &c);

	if (found)
		*ret = c.found;
	return found;
}

bool pfs_crash_enumerator(const char *name, int64_t *ret)
{
	struct name_call c;
	bool found = ask(call_enumerator, name, "", &c);

	if (found)
		*ret = (int64_t)c.value;
	return found;
}

bool pfs_crash_write(const char *buf, size_t len)
{
	return !state.aborted && !state.interrupted && fwrite(buf, 1, len, fp) == len;
}

bool pfs_crash_flush(void)
{
	return !state.aborted && !fflush(fp);
}

void pfs_crash_complain(const char *line)
{
	/* Not error(), which writes to redirected output too, into the JSON. */
	if (!state.aborted && !state.interrupted)
		fprintf(pc->error_fp ? pc->error_fp : stderr, "pfnscope: %s\n", line);
}

bool pfs_crash_stop(void)
{
	state.scanning = true;
	return state.aborted || state.interrupted || !output_open() || sigint_waits();
}

/*
 * The first ^C makes crash jump to its prompt out of the signal handler, from
 * wherever it is, the inside of malloc() not excepted: so it waits. And no page
 * may be made up: crash reads excluded ones as zeroes if told so, and those of
 * the oldest dumps always.
 */
static void enter(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, &state.signals);
	state.excluded_flags = *diskdump_flags & (ERROR_EXCLUDED | ZERO_EXCLUDED);
	*diskdump_flags = (*diskdump_flags & ~(ulong)ZERO_EXCLUDED) | ERROR_EXCLUDED;
	state.sadump_zeroes = SADUMP_DUMPFILE() && sadump_is_zero_excluded();
	if (state.sadump_zeroes)
		sadump_unset_zero_excluded();
	state.aborted = state.scanning = state.interrupted = false;
	state.running = true;
}

static void leave(void)
{
	state.running = false;
	*diskdump_flags = (*diskdump_flags & ~(ulong)(ERROR_EXCLUDED | ZERO_EXCLUDED)) |
			  state.excluded_flags;
	if (state.sadump_zeroes)
		sadump_set_zero_excluded();
	/* A ^C that has waited is crash's from here on, and need not come back. */
	sigprocmask(SIG_SETMASK, &state.signals, NULL);
}

static void cmd_pfnscope(void)
{
	const char *argv[MAXARGS + 1] = { NULL };
	int i;

	if (state.running)
		leave();
	for (i = 0; i < argcnt && i < MAXARGS; i++)
		argv[i] = args[i];
	enter();
	pfs_crash_command(&state.engine, i, argv);
	/*
	 * crash forgets the FILE of a pipe that was closed early, with what is in
	 * it, which the child of the next command with a pipe would write there.
	 */
	if (state.aborted || fflush(fp))
		__fpurge(fp);
	if (state.interrupted)
		fprintf(pc->error_fp ? pc->error_fp : stderr, "pfnscope: interrupted\n");
	leave();
	if (state.aborted)
		RESTART();
}

/*
 * crash calls this before each prompt and after each abort. Only a crash of our
 * own gets here with a command running: its memory is in an unknown state, and
 * is left alone.
 */
static void cmd_cleanup(void)
{
	if (state.running && !state.in_crash)
		leave();
}

/* `extend` lists all names, also of what nobody can call. */
static struct command_table_entry commands[] = {
	{ "pfnscope", cmd_pfnscope, NULL, MINIMAL },
	{ "", cmd_cleanup, NULL, CLEANUP | HIDDEN_COMMAND | MINIMAL },
	{ .name = NULL },
};

/*
 * Is this a crash that we know? The version, and a look at whether the fields
 * hold what they should: readmem is a function of crash's, and reads the text
 * at a known symbol as crash's readmem() does.
 */
static const char *self_test(void)
{
	static const char banner[] = "Linux version ";
	char virt[sizeof(banner)] = "", phys[sizeof(banner)] = "";
	Dl_info a, b;
	uint64_t va;
	physaddr_t pa;
	int major = 0, minor = 0, patch = 0;

	if (!machine())
		return "kernels of this machine are not supported";
	if (PAGESIZE() < 4096 || PAGESIZE() > 65536 || PAGESIZE() & (PAGESIZE() - 1))
		return "this crash lays its tables out in another way (no pagesize)";
	if (!pc->program_version ||
	    sscanf(pc->program_version, "%d.%d.%d", &major, &minor, &patch) < 2 ||
	    strcmp(pc->program_version, build_version) || major < 8 ||
	    (major == 8 && !minor && !patch) || major > 9)
		return "made for crash 8.0.1 to 9.x";
	if (!pc->readmem || !dladdr((void *)(uintptr_t)pc->readmem, &a) ||
	    !dladdr((void *)(uintptr_t)&readmem, &b) || a.dli_fbase != b.dli_fbase)
		return "this crash lays its tables out in another way (no readmem)";
	if (pc->flags & MINIMAL_MODE || !pfs_crash_symbol("linux_banner", &va) ||
	    !pfs_crash_read_virt(va, virt, sizeof(banner) - 1))
		return NULL;
	if (strcmp(virt, banner) || !kvtop(NULL, va, &pa, 0) ||
	    PAGEOFFSET(pa) > PAGESIZE() - sizeof(banner) ||
	    pfs_crash_read_phys(pa, phys, sizeof(banner) - 1) != PFS_CRASH_OK ||
	    strcmp(phys, banner))
		return "this crash does not read back what it should (linux_banner)";
	return NULL;
}

static void __attribute__((constructor)) pfnscope_load(void)
{
	const char *why = self_test();
	struct pfs_err err;

	if (!why && pfs_engine_load(&state.engine, &err))
		why = err.msg;
	if (why) {
		error(INFO, "pfnscope: %s: not loaded\n", why);
		return;
	}
	commands[0].help_data = pfs_crash_help();
	register_extension(commands);
}

static void __attribute__((destructor)) pfnscope_unload(void)
{
	pfs_engine_unload(&state.engine);
}
