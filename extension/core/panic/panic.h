/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The panic as the dump tells it: message, registers, call trace, and what the
 * faulting instruction addressed. It is parsed from the text of the log and
 * completed from PRSTATUS. This is no opinion about its cause.
 */
#ifndef PFS_CORE_PANIC_PANIC_H
#define PFS_CORE_PANIC_PANIC_H

#include "core/model/model.h"

enum pfs_panic_kind {
	PFS_PANIC_NONE,
	PFS_PANIC_PAGE_FAULT, /* "unable to handle ...", with a fault address */
	PFS_PANIC_GP_FAULT,   /* "general protection fault" */
	PFS_PANIC_BUG,	      /* "kernel BUG at ..." */
	PFS_PANIC_OOPS,	      /* any other die(): "Oops", "invalid opcode", "divide error" */
	PFS_PANIC_LOCKUP,     /* soft and hard lockups, hung tasks, RCU stalls that panic */
	PFS_PANIC_SYSRQ,      /* "sysrq: Trigger a crash" */
	PFS_PANIC_OTHER,      /* "Kernel panic - not syncing: ..." and nothing more telling */
};

struct pfs_reg {
	const char *name; /* as the architecture calls it, in lower case: "rax", "cr2" */
	uint64_t value;
};

struct pfs_frame {
	const char *function;
	uint64_t offset, size;
	uint64_t ip;	    /* address of that, where somebody knows the symbol's; 0: unknown */
	bool guess;	    /* the kernel printed "? function" */
	const char *module; /* NULL: the kernel image */
	/* What the library of a debugger adds, where there is one (unwind.c). */
	bool added;	  /* not in the log's trace, of which alone crashes are known */
	bool inlined;	  /* inlined into the next frame that is not */
	const char *file; /* from the top of the kernel's source; NULL: unknown */
	int line;
	struct pfs_local *locals;
	size_t nr_locals;
};

/* An operand of the faulting instruction, as decoded from the oops's Code: line. */
struct pfs_operand {
	bool valid;
	const char *text;	  /* "mov rax, qword ptr [rdx - 1]" */
	const char *base, *index; /* register names as in struct pfs_reg, or NULL */
	int scale;
	int64_t disp;
	unsigned int size; /* bytes accessed, 0: unknown */
	bool write;
	uint64_t address; /* base + index * scale + disp, from the oops's registers */
};

/* A task that was inside memremap_pages() (core/verdict/attach.c). */
struct pfs_attacher {
	int64_t pid;
	const char *comm;
	const char *function; /* the innermost one of memremap_pages() and what it calls */
	const char *root;     /* memremap_pages(), or the part of it that was not inlined */
	uint64_t pgmap;	      /* a device pagemap whose address is on its stack; 0: none */
};

enum pfs_attach_search {
	PFS_ATTACH_NOT_LOOKED,
	PFS_ATTACH_IN_PART, /* some tasks or stacks could not be read */
	PFS_ATTACH_ALL,
};

/* In what context the kernel named a page. */
enum pfs_named_by {
	PFS_NAMED_BY_DUMP,  /* dump_page(), mostly of a VM_BUG_ON_PAGE() */
	PFS_NAMED_BY_CHECK, /* bad_page(), print_bad_pte(): the allocator found it bad */
	PFS_NAMED_BY_LIST,  /* list_add or list_del corruption */
	PFS_NAMED_BY_SAN,   /* KASAN, KFENCE or UBSAN: an access at a bad address */
	PFS_NAMED_BY_PANIC, /* the message of a panic() has its PFN */
	PFS_NAMED_BY_MCE,   /* memory_failure() was done with it: no claim that it is bad */
};

struct pfs_named_page {
	enum pfs_named_by by;
	const char *line;   /* that named it */
	size_t line_nr;	    /* its number in the file of a log; 0: it is of a dump */
	uint64_t ts_nsec;   /* when, since boot */
	const char *reason; /* "page dumped because: ..."; NULL: not said */
	uint64_t page;	    /* an address inside its struct page, if has_page */
	uint64_t pfn;	    /* if has_pfn */
	bool has_page, has_pfn;
	bool has_entry; /* the line names an entry of a page table, and a page only if it says so */
	uint64_t entry;
	bool dumped;	 /* dump_page() printed more about it */
	bool poisoned;	 /* "is uninitialized and poisoned" */
	bool has_counts; /* as they were printed: _mapcount is one less than mapcount */
	int32_t refcount, mapcount;
	bool unpoisoned;	     /* by what a later line says (PFS_NAMED_BY_MCE) */
	const char *owner, *tracked; /* page_owner's lines; NULL: none */
	uint64_t raw[8]; /* the words of the struct page as they were printed, in order */
	unsigned int nr_raw;
	/*
	 * The wrong word of a list; word_at is 0 if it is not in this page. Without it, word_is
	 * and word_should are of a message that does not say where the word is.
	 */
	uint64_t word_at, word_is, word_should;
};

struct pfs_panic {
	enum pfs_panic_kind kind;
	bool doubted;	      /* parts of it contradict each other, or the dump */
	bool log_damaged;     /* the log is there, but records that it should have are not */
	bool no_log;	      /* there is no log; only panic_cpu says whether there was a panic */
	const char *message;  /* the line that names the cause, without its time stamp */
	const char *function; /* symbol of the faulting instruction; NULL: unknown */
	const char *module;   /* of that function; NULL: the kernel image */
	uint64_t offset;
	uint64_t ip; /* address of that, where somebody knows the symbol's; 0: unknown */
	bool has_fault_address;
	uint64_t fault_address; /* as printed, or as a register holds it */
	bool has_effective;
	uint64_t fault_address_effective; /* address of the memory operand */
	const char *access;		  /* "read", "write", "exec"; NULL: not said */
	bool has_error_code;
	uint64_t error_code;
	bool stack_hit; /* the guard page of a stack was: it is not said by which access */
	/* The exception is one of an access to memory, though it has no address. */
	bool accessed;
	/*
	 * The CPU refused a page-table entry that is present: it has a reserved
	 * bit, or an address that is beyond what the CPU has.
	 */
	bool bad_entry;
	int64_t pid;	  /* -1: unknown */
	const char *comm; /* NULL: unknown */
	int cpu;	  /* -1: unknown */
	struct pfs_reg *regs;
	size_t nr_regs;
	const char *regs_from; /* "log" or "PRSTATUS" */
	struct pfs_frame *stack;
	size_t nr_stack;
	struct pfs_operand operand;
	/*
	 * Struct pages that the messages of the kernel name, in the order of
	 * the log (named.c).
	 */
	struct pfs_named_page *named;
	size_t nr_named;
	/* Those that the log names elsewhere: earlier, or on another occasion. */
	struct pfs_named_page *elsewhere;
	size_t nr_elsewhere;
	/* Words of the crashed stack from its pointer up that lie in the vmemmap window. */
	struct pfs_stack_word {
		uint64_t at; /* bytes above the stack pointer */
		uint64_t value;
	} *words;
	size_t nr_words;
	/* Searched for only if the verdict or a finding asks for it. */
	enum pfs_attach_search attach_search;
	struct pfs_attacher *attachers;
	size_t nr_attachers;
};

/*
 * Find the last oops or panic in model->log, complete it from the PRSTATUS note
 * of its CPU, and read the crashed stack. kind is PFS_PANIC_NONE if the machine
 * did not panic. A missing log is a limit. -ENOMEM.
 */
int pfs_panic_find(struct pfs_model *m, struct pfs_panic *ret, struct pfs_err *err);

/*
 * Parse the event that lines [start, end) of the log are about, without what the dump
 * adds. kind stays PFS_PANIC_NONE if it is no fault. -ENOMEM.
 */
int pfs_panic_parse(struct pfs_model *m, size_t start, size_t end, struct pfs_panic *ret);

/* What the kernel reported, one after another: deadly, or not. */
struct pfs_event {
	size_t line;	  /* of m->log */
	const char *kind; /* of the panic; or "warning", "report" */
	bool deadly;	  /* it is what pfs_panic_find() found */
	struct pfs_panic panic;
};

struct pfs_events {
	struct pfs_event *e;
	size_t nr, cap;
	size_t more; /* that are left out: there are too many */
};

/* Find all events of the log; p is the panic (events.c). -ENOMEM. */
int pfs_panic_events(struct pfs_model *m, const struct pfs_panic *p, struct pfs_events *ret,
		     struct pfs_err *err);

/* The release of the kernel, as its oopses have it; NULL: none does (events.c). */
const char *pfs_panic_release(struct pfs_model *m);

/*
 * Where the log names a page both by its address and by its PFN, or the registers at the
 * fault do, these tell where the memmap is: put that into the layout of a model that does
 * not know. *ret_line is the line, or says which registers, or is NULL (memmap.c).
 */
void pfs_panic_memmap(struct pfs_model *m, const struct pfs_panic *p, const char **ret_line);

/*
 * Add what the unwinder of the target, if it has one, knows of the stack:
 * source lines, inlined functions, parameters and variables. If it fails, that
 * is a limit. -ENOMEM. (unwind.c)
 */
int pfs_panic_unwind(struct pfs_model *m, struct pfs_panic *p, struct pfs_err *err);

/*
 * Make the core of the dump that m reads. The registers of the panic's CPU are
 * those of the log where the dump has none. The core lives as long as the model,
 * and in the arena. -ENODATA: no VMCOREINFO. (core.c)
 */
int pfs_panic_core(struct pfs_model *m, const struct pfs_panic *p, struct pfs_core *ret,
		   struct pfs_err *err);

/* Size of a kernel stack in bytes, a power of two. */
uint64_t pfs_stack_size(const struct pfs_model *m);
const struct pfs_reg *pfs_panic_reg(const struct pfs_panic *p, const char *name);
const char *pfs_panic_kind_name(enum pfs_panic_kind k); /* "page-fault", ... */

/* The PFN that a message names, directly or by an address in the memmap. */
bool pfs_named_pfn(const struct pfs_model *m, const struct pfs_named_page *n, uint64_t *ret_pfn);
/* The message names a page table entry, and no struct page to go with it. */
bool pfs_named_no_page(const struct pfs_named_page *n);
/* dump_page() printed it for information, and nothing is wrong with it. */
bool pfs_named_harmless(const struct pfs_named_page *n);
/* The PFN that an entry of a page table leads to; false: it is not present, or not known. */
bool pfs_entry_pfn(const struct pfs_model *m, uint64_t entry, uint64_t *ret_pfn);

#endif
