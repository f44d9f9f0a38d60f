/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By system calls and numbers of our own: the headers of a build may be older than the kernel
 * that it runs on, and libc has no functions for these.
 */
#include "cli/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/landlock.h: the same numbers on every architecture. */
#define NR_CREATE_RULESET 444
#define NR_ADD_RULE 445
#define NR_RESTRICT_SELF 446
#define CREATE_RULESET_VERSION 1u
#define RULE_PATH_BENEATH 1
/* The first that lets a file be renamed into another folder (Linux 5.19). */
#define MIN_ABI 2

enum {
	EXECUTE = 1 << 0,
	WRITE_FILE = 1 << 1,
	READ_FILE = 1 << 2,
	READ_DIR = 1 << 3,
	REMOVE_DIR = 1 << 4,
	REMOVE_FILE = 1 << 5,
	MAKE_CHAR = 1 << 6,
	MAKE_DIR = 1 << 7,
	MAKE_REG = 1 << 8,
	MAKE_SOCK = 1 << 9,
	MAKE_FIFO = 1 << 10,
	MAKE_BLOCK = 1 << 11,
	MAKE_SYM = 1 << 12,
	REFER = 1 << 13,
	TRUNCATE = 1 << 14,
	IOCTL_DEV = 1 << 15,
	OF_FILES = WRITE_FILE | READ_FILE | TRUNCATE,
	READING = READ_FILE | READ_DIR,
	WRITING = READING | WRITE_FILE | TRUNCATE | MAKE_REG | MAKE_DIR | REMOVE_FILE | REMOVE_DIR |
		  REFER,
};

static const uint32_t rights[PFS_NR_MAY] = {
	[PFS_MAY_READ] = READING,
	[PFS_MAY_WRITE] = WRITING,
	[PFS_MAY_REMOVE] = REMOVE_DIR,
	[PFS_MAY_KEEP] = READING | WRITE_FILE | MAKE_REG | REMOVE_FILE,
};

/* Longer than an old kernel knows: what it does not know is zero, which it accepts. */
struct ruleset_attr {
	uint64_t fs, net, scoped;
};

struct path_attr {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

/* What a version added is refused where that version is. */
static struct ruleset_attr handled(int abi)
{
	struct ruleset_attr a = { .fs = (REFER << 1) - 1 };

	if (abi >= 3)
		a.fs |= TRUNCATE;
	if (abi >= 4)
		a.net = 3; /* to bind, to connect */
	if (abi >= 5)
		a.fs |= IOCTL_DEV;
	if (abi >= 6)
		a.scoped = 3; /* abstract sockets, and signals to others */
	return a;
}

/* So say a kernel that was built without, one that was booted so, and filters of containers. */
static bool is_missing(int code)
{
	return code == ENOSYS || code == EOPNOTSUPP || code == EPERM || code == EINVAL;
}

static int fail(struct pfs_err *err, const char *what)
{
	return pfs_err_set(err, errno,
			   "cannot enter the sandbox: %s: %s (--no-sandbox goes without)", what,
			   strerror(errno));
}

static int landlock_abi(void)
{
	long abi = syscall(NR_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);

	return abi >= MIN_ABI ? (int)abi : 0;
}

int pfs_sandbox_begin(struct pfs_sandbox *s, struct pfs_err *err)
{
	struct ruleset_attr a;

	*s = (struct pfs_sandbox){ .fd = -1, .abi = landlock_abi() };
	if (!s->abi)
		return 0;
	a = handled(s->abi);
	s->fd = (int)syscall(NR_CREATE_RULESET, &a, sizeof(a), 0);
	return s->fd < 0 ? fail(err, "landlock_create_ruleset") : 0;
}

int pfs_sandbox_allow(struct pfs_sandbox *s, const char *path, enum pfs_may may,
		      struct pfs_err *err)
{
	struct path_attr a = { .allowed = rights[may] & handled(s->abi).fs };
	struct stat st;
	int r = 0;

	if (s->fd < 0)
		return 0;
	a.parent = open(path, O_PATH | O_CLOEXEC);
	if (a.parent < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		return fail(err, path);
	if (a.parent < 0)
		return 0;
	if (fstat(a.parent, &st) || !S_ISDIR(st.st_mode))
		a.allowed &= OF_FILES;
	/* A pipe or a memory file has no place below a folder, and is not looked at. */
	if (a.allowed && syscall(NR_ADD_RULE, s->fd, RULE_PATH_BENEATH, &a, 0) && errno != EBADFD)
		r = fail(err, path);
	close(a.parent);
	return r;
}

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#define FOREIGN_CALLS 0x40000000u /* those of x32 */
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define OUR_ARCH AUDIT_ARCH_RISCV64
#endif
#ifndef FOREIGN_CALLS
#define FOREIGN_CALLS UINT32_MAX
#endif

#ifdef OUR_ARCH
#ifdef SYS_open
#define CALL_OPEN SYS_open
#else
#define CALL_OPEN FOREIGN_CALLS /* which is none */
#endif

/*
 * Programs, sockets, other processes, the kernel itself; and io_uring, which would do them.
 * Up to Linux 6.1 Landlock lets a file that may be read be truncated; openat2() has its flags in
 * memory.
 */
static const uint32_t refused[] = {
	SYS_truncate,
	SYS_openat2,
	SYS_execve,
	SYS_execveat,
	SYS_socket,
	SYS_socketpair,
	SYS_connect,
	SYS_bind,
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_pidfd_getfd,
	SYS_bpf,
	SYS_perf_event_open,
	SYS_userfaultfd,
	SYS_io_uring_setup,
	SYS_add_key,
	SYS_keyctl,
	SYS_request_key,
	SYS_init_module,
	SYS_finit_module,
	SYS_kexec_load,
	SYS_mount,
	SYS_move_mount,
	SYS_umount2,
	SYS_unshare,
	SYS_setns,
	SYS_chroot,
	SYS_pivot_root,
	SYS_reboot,
};

#define NR_REFUSED (sizeof(refused) / sizeof(refused[0]))
#define NO SECCOMP_RET_ERRNO | EPERM

#define ARG(n) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[n]))
#define IF(value, then, other) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then, other)

/*
 * Refused is a call of another architecture's table, one beyond ours, one of the list, and to
 * truncate a file that is opened for no writing: with EPERM, as a library may try one and do
 * well without.
 */
static int filter(void)
{
	enum { NR_TAIL = 10 };
	const struct sock_filter head[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		IF(OUR_ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, NO),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FOREIGN_CALLS, NR_REFUSED + NR_TAIL - 1, 0),
	};
	const struct sock_filter tail[NR_TAIL] = {
		IF(CALL_OPEN, 3, 0),
		IF(SYS_openat, 0, 6),
		ARG(2),
		BPF_STMT(BPF_JMP | BPF_JA, 1),
		ARG(1),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, O_TRUNC | O_ACCMODE),
		IF(O_TRUNC | O_RDONLY, 2, 0),
		IF(O_TRUNC | O_ACCMODE, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, NO),
	};
	struct sock_filter f[sizeof(head) / sizeof(head[0]) + NR_REFUSED + NR_TAIL];
	const struct sock_fprog prog = { sizeof(f) / sizeof(f[0]), f };
	struct sock_filter *to = f;
	size_t i;

	memcpy(to, head, sizeof(head));
	to += sizeof(head) / sizeof(head[0]);
	for (i = 0; i < NR_REFUSED; i++)
		*to++ = (struct sock_filter)IF(refused[i], (uint8_t)(NR_REFUSED + NR_TAIL - 2 - i),
					       0);
	memcpy(to, tail, sizeof(tail));
	/* Kernels up to 5.15 would make all slower, against a guess at memory that is ours. */
	if (!syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &prog) ||
	    !syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog))
		return 0;
	return -errno;
}

static bool has_filter(void)
{
	uint32_t action = SECCOMP_RET_ERRNO;

	return !syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
}
#else
static int filter(void)
{
	return -ENOSYS;
}

static bool has_filter(void)
{
	return false;
}
#endif

int pfs_sandbox_enter(struct pfs_sandbox *s, struct pfs_err *err)
{
	int r = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		r = fail(err, "PR_SET_NO_NEW_PRIVS");
	if (!r && s->fd >= 0 && syscall(NR_RESTRICT_SELF, s->fd, 0))
		r = fail(err, "landlock_restrict_self");
	pfs_sandbox_discard(s);
	if (!r) {
		r = filter();
		errno = -r;
		r = !r || is_missing(errno) ? 0 : fail(err, "seccomp");
	}
	return r;
}

void pfs_sandbox_discard(struct pfs_sandbox *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

const char *pfs_sandbox_words(char *buf, size_t size)
{
	int abi = landlock_abi();
	char landlock[32] = "no Landlock on this kernel";

	if (abi)
		snprintf(landlock, sizeof(landlock), "Landlock %d", abi);
	snprintf(buf, size, "%s, %s", landlock, has_filter() ? "seccomp" : "no seccomp");
	return buf;
}
