/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process in the sandbox cannot do, tried in one. */
#include "cli/sandbox.h"

#include <linux/io_uring.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "dumpfile.h"

#define MOST 1000 /* microseconds that it may cost */

static char work[] = "/tmp/pfnscope-sandbox-XXXXXX";
static bool landlock, seccomp;

static const char *at(const char *name)
{
	static char paths[4][128];
	static unsigned int turn;
	char *p = paths[turn++ % 4];

	snprintf(p, sizeof(paths[0]), "%s/%s", work, name);
	return p;
}

static int opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? errno : 0;
}

/* Each returns the errno, or 0 where it was let. */
static int read_input(void)
{
	return opens(at("in/dump"), O_RDONLY);
}

static int write_input(void)
{
	return opens(at("in/dump"), O_WRONLY);
}

static int truncate_input(void)
{
	return truncate(at("in/dump"), 0) ? errno : 0;
}

static int truncate_while_reading(void)
{
	return opens(at("in/dump"), O_RDONLY | O_TRUNC);
}

/* What is neither reading nor writing, and asks for the rights of both. */
static int truncate_without_access(void)
{
	return opens(at("in/dump"), O_ACCMODE | O_TRUNC);
}

static int empty_output(void)
{
	return opens(at("out/old"), O_WRONLY | O_TRUNC);
}

static int remove_input(void)
{
	return unlink(at("in/dump")) ? errno : 0;
}

static int make_beside_input(void)
{
	return opens(at("in/new"), O_WRONLY | O_CREAT);
}

static int read_other(void)
{
	return opens(at("secret"), O_RDONLY);
}

static int list_other(void)
{
	return opens(work, O_RDONLY | O_DIRECTORY);
}

static int through_link(void)
{
	return opens(at("in/link"), O_RDONLY);
}

static int make_output(void)
{
	return opens(at("out/new"), O_RDWR | O_CREAT | O_EXCL);
}

static int unnamed_output(void)
{
	return opens(at("out"), O_RDWR | O_TMPFILE);
}

static int move_output(void)
{
	int r = mkdir(at("out/folder"), 0700) ? errno : 0;

	if (!r)
		r = opens(at("out/folder/x"), O_WRONLY | O_CREAT);
	if (!r && rename(at("out/folder/x"), at("out/x")))
		r = errno;
	return r ? r : rmdir(at("out/folder")) ? errno : 0;
}

static int move_outside(void)
{
	return rename(at("out/old"), at("old")) ? errno : 0;
}

static int link_secret(void)
{
	return link(at("secret"), at("out/secret")) ? errno : 0;
}

static int keep_file(void)
{
	int r = opens(at("kept/.1"), O_WRONLY | O_CREAT | O_EXCL);

	if (!r && rename(at("kept/.1"), at("kept/1")))
		r = errno;
	if (!r)
		r = opens(at("kept/1"), O_RDONLY);
	return r ? r : unlink(at("kept/1")) ? errno : 0;
}

static int keep_folder(void)
{
	return mkdir(at("kept/folder"), 0700) ? errno : 0;
}

static int keep_elsewhere(void)
{
	return rename(at("kept/old"), at("out/kept")) ? errno : 0;
}

static int make_device(void)
{
	return mknod(at("out/fifo"), S_IFIFO | 0600, 0) ? errno : 0;
}

static int run_program(void)
{
	char *const words[] = { (char *)"true", NULL };

	execv("/bin/true", words);
	return errno;
}

static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? errno : 0;
}

static int unix_socket(void)
{
	int p[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, p) ? errno : 0;
}

static int use_ring(void)
{
	struct io_uring_params p = { 0 };

	return syscall(SYS_io_uring_setup, 1, &p) < 0 ? errno : 0;
}

static int trace(void)
{
	/* PTRACE_SEIZE of the parent. */
	return syscall(SYS_ptrace, 0x4206, getppid(), 0, 0) ? errno : 0;
}

static int fork_child(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(open_socket());
	return pid > 0 ? 0 : errno;
}

static int socket_of_child(void)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(open_socket());
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

enum by { NOBODY, LANDLOCK, SECCOMP };

static const struct {
	const char *name;
	int (*try)(void);
	enum by refused_by;
	int code;
} tries[] = {
	{ "read the input", read_input, NOBODY, 0 },
	{ "write to the input", write_input, LANDLOCK, EACCES },
	{ "truncate the input", truncate_input, SECCOMP, EPERM },
	{ "truncate it while it is opened for reading", truncate_while_reading, SECCOMP, EPERM },
	{ "truncate it without access", truncate_without_access, SECCOMP, EPERM },
	{ "write an output anew", empty_output, NOBODY, 0 },
	{ "remove the input", remove_input, LANDLOCK, EACCES },
	{ "make a file beside the input", make_beside_input, LANDLOCK, EACCES },
	{ "read another file", read_other, LANDLOCK, EACCES },
	{ "list a folder above", list_other, LANDLOCK, EACCES },
	{ "read another file through a link", through_link, LANDLOCK, EACCES },
	{ "make a file in the output's folder", make_output, NOBODY, 0 },
	{ "make a file without a name there", unnamed_output, NOBODY, 0 },
	{ "move a file there", move_output, NOBODY, 0 },
	{ "move a file out of it", move_outside, LANDLOCK, EACCES },
	{ "give a file from outside a name in it", link_secret, LANDLOCK, EXDEV },
	{ "keep a file in a folder for that", keep_file, NOBODY, 0 },
	{ "make a folder there", keep_folder, LANDLOCK, EACCES },
	{ "move what is kept to the output", keep_elsewhere, LANDLOCK, EXDEV },
	{ "make a FIFO there", make_device, LANDLOCK, EACCES },
	{ "run a program", run_program, SECCOMP, EPERM },
	{ "open a socket", open_socket, SECCOMP, EPERM },
	{ "open a pair of sockets", unix_socket, SECCOMP, EPERM },
	{ "have others do it by io_uring", use_ring, SECCOMP, EPERM },
	{ "look into the parent", trace, SECCOMP, EPERM },
	{ "fork", fork_child, NOBODY, 0 },
	{ "open a socket in a child", socket_of_child, SECCOMP, EPERM },
};

static int enter(void)
{
	struct pfs_sandbox s;
	struct pfs_err err;
	int r = pfs_sandbox_begin(&s, &err);

	if (!r)
		r = pfs_sandbox_allow(&s, at("in"), PFS_MAY_READ, &err);
	if (!r)
		r = pfs_sandbox_allow(&s, at("nowhere"), PFS_MAY_READ, &err);
	if (!r)
		r = pfs_sandbox_allow(&s, at("out"), PFS_MAY_WRITE, &err);
	if (!r)
		r = pfs_sandbox_allow(&s, at("kept"), PFS_MAY_KEEP, &err);
	return r ? r : pfs_sandbox_enter(&s, &err);
}

/* What came of it, in a process of its own: an errno, or 200 if the sandbox failed. */
static int outcome(int (*try)(void), bool confined)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid)
		_exit(confined && enter() ? 200 : try());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void touch(const char *name)
{
	int fd = open(at(name), O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static void refuses(void **state)
{
	bool there[] = { [NOBODY] = false, [LANDLOCK] = landlock, [SECCOMP] = seccomp };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		int want = there[tries[i].refused_by] ? tries[i].code : -1, got;

		if (tries[i].refused_by != NOBODY && want < 0)
			continue; /* this kernel does not have it */
		got = outcome(tries[i].try, true);
		if (got != (want < 0 ? 0 : want))
			fail_msg("%s: %s", tries[i].name, got == 200 ? "sandbox" : strerror(got));
	}
}

/* The tries are good for something: without the sandbox, nothing of it is refused so. */
static void refused_by_nobody(void **state)
{
	static int (*const free_to_all[])(void) = { truncate_input,
						    truncate_while_reading,
						    truncate_without_access,
						    write_input,
						    read_other,
						    list_other,
						    run_program,
						    open_socket,
						    unix_socket,
						    through_link,
						    make_device,
						    link_secret };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(free_to_all) / sizeof(free_to_all[0]); i++)
		assert_int_equal(outcome(free_to_all[i], false), 0);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int cheap(void)
{
	double begin = now(), took;

	if (enter())
		return 1;
	took = now() - begin;
	return took < MOST ? 0 : 2;
}

/* The best of ten: a process that shares its CPU may wait within. */
static void costs_little(void **state)
{
	int i, r = 1;

	(void)state;
	for (i = 0; i < 10 && r; i++)
		r = outcome(cheap, false);
	assert_int_equal(r, 0);
}

static void says_what_there_is(void **state)
{
	char buf[64];

	(void)state;
	pfs_sandbox_words(buf, sizeof(buf));
	assert_true(!!strstr(buf, "no Landlock") == !landlock);
	assert_true(!!strstr(buf, "no seccomp") == !seccomp);
}

static int make_folders(void **state)
{
	char buf[64];

	(void)state;
	assert_non_null(mkdtemp(work));
	assert_int_equal(mkdir(at("in"), 0700), 0);
	assert_int_equal(mkdir(at("out"), 0700), 0);
	assert_int_equal(mkdir(at("kept"), 0700), 0);
	touch("in/dump");
	touch("secret");
	touch("out/old");
	touch("kept/old");
	assert_int_equal(symlink("../secret", at("in/link")), 0);
	pfs_sandbox_words(buf, sizeof(buf));
	landlock = !strstr(buf, "no Landlock");
	seccomp = !strstr(buf, "no seccomp");
	return 0;
}

static int remove_folders(void **state)
{
	static const char *const left[] = { "in/dump",	"in/new",      "in/link",  "in",
					    "secret",	"old",	       "out/old",  "out/new",
					    "out/x",	"out/secret",  "out/fifo", "out",
					    "kept/old", "kept/folder", "kept" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		remove(at(left[i]));
	return rmdir(work);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(refused_by_nobody),
		cmocka_unit_test(costs_little),
		cmocka_unit_test(says_what_there_is),
	};

	return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
