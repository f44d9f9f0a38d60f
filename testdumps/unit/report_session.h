/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session filled by hand, for the renderers: S1 as the lab reproduces it, PFN
 * 0x44000 depopulated in early section 8, with a task whose name is hostile.
 */
#ifndef REPORT_SESSION_H
#define REPORT_SESSION_H

#include <string.h>

#include "report_sink.h"

#define FIX_VMEMMAP 0xffffea0000000000ull

struct fixture {
	struct pfs_session s;
	struct pfs_target target;
	struct pfs_target_ops ops;
	struct pfs_arch arch;
	struct pfs_section sec[16];
	uint64_t map_full, map_half;
	struct pfs_zone zone;
	struct pfs_resource res;
	struct pfs_vmemmap_run vm[2];
	struct pfs_limit limit[1];
	struct pfs_reg regs[4];
	struct pfs_frame frames[3];
	struct pfs_candidate cand[2];
	struct pfs_finding finding[1];
	struct pfs_run run[1];
	const char *evidence[2];
};

static void fixture_model(struct fixture *f)
{
	struct pfs_layout *l = &f->s.model.layout;
	int i;

	l->page_shift = 12;
	l->page_size = 4096;
	l->section_shift = 27;
	l->pages_per_section = 32768;
	l->pages_per_subsection = 512;
	l->subsections = 64;
	l->nr_sections = 1 << 19;
	l->struct_page = 64;
	l->vmemmap = FIX_VMEMMAP;
	l->vmemmap_known = true;
	l->node_width = 10;
	l->zone_width = 3;
	for (i = 0; i < 6; i++)
		l->flag_bits[i] = i < 4 ? (unsigned int)i : 64;
	f->map_full = ~0ull;
	f->map_half = 0xffffffffull;
	for (i = 0; i < 16; i++)
		f->sec[i] = (struct pfs_section){
			.nr = (uint64_t)i,
			.raw = FIX_VMEMMAP | 15,
			.base = FIX_VMEMMAP,
			.flags = PFS_SEC_PRESENT | PFS_SEC_HAS_MEM_MAP | PFS_SEC_ONLINE |
				 PFS_SEC_EARLY,
			.usage = 0xffff888000001000ull,
			.usage_reach = PFS_REACH_OK,
			.subsections = i == 8 ? &f->map_half : &f->map_full,
		};
	f->s.model.sections = f->sec;
	f->s.model.nr_sections = 16;
	f->zone = (struct pfs_zone){ .name = "DMA32",
				     .index = 1,
				     .start_pfn = 0x1000,
				     .spanned = 0x7f000,
				     .contiguous = 0 };
	f->s.model.zones = &f->zone;
	f->s.model.nr_zones = 1;
	f->res = (struct pfs_resource){ .start = 0x44000000,
					.end = 0x4bffffff,
					.name = "Persistent\033[31m Memory" };
	f->s.model.resources = &f->res;
	f->s.model.nr_resources = 1;
	f->vm[0] = (struct pfs_vmemmap_run){ .start = FIX_VMEMMAP,
					     .end = FIX_VMEMMAP + (1 << 25),
					     .mapped = true,
					     .writable = true,
					     .level = "pmd",
					     .leaf_size = 1 << 21,
					     .leaves = 16,
					     .first_pa = 0x2000000,
					     .entry = 0x20001e3 };
	f->vm[1] = (struct pfs_vmemmap_run){
		.start = FIX_VMEMMAP + (1 << 25),
		.end = FIX_VMEMMAP + (1 << 25) + 4096,
		.level = "pte",
	};
	f->s.model.vmemmap = f->vm;
	f->s.model.nr_vmemmap = 2;
	f->limit[0] = (struct pfs_limit){ "stack", "not in the dump" };
	f->s.model.limits = f->limit;
	f->s.model.nr_limits = 1;
	f->s.model.facts = &f->s.facts;
	f->s.model.mem = &f->s.mem;
}

static void fixture_panic(struct fixture *f)
{
	struct pfs_panic *p = &f->s.panic;

	f->regs[0] = (struct pfs_reg){ "rdi", FIX_VMEMMAP + 0x44000 * 64 };
	f->regs[1] = (struct pfs_reg){ "rdx", 0xfdfdfdfdfdfdfdfdull };
	f->regs[2] = (struct pfs_reg){ "r12", 0x44000 };
	f->regs[3] = (struct pfs_reg){ "r13", 1 };
	f->frames[0] = (struct pfs_frame){ .function = "maybe", .offset = 1, .guess = true };
	f->frames[1] = (struct pfs_frame){ .function = "kpageflags_read", .offset = 0x81 };
	f->frames[2] = (struct pfs_frame){ .function = "vfs_read", .offset = 0x8a };
	*p = (struct pfs_panic){
		.kind = PFS_PANIC_GP_FAULT,
		.message = "general protection fault, probably for non-canonical address",
		.function = "stable_page_flags",
		.offset = 0x40e,
		.has_fault_address = true,
		.fault_address = 0xfdfdfdfdfdfdfdfdull,
		.has_effective = true,
		.fault_address_effective = 0xfdfdfdfdfdfdfdfcull,
		.access = "read",
		.pid = 312,
		.comm = "cat\033]0;x\n\377",
		.cpu = 1,
		.regs = f->regs,
		.nr_regs = 4,
		.regs_from = "log",
		.stack = f->frames,
		.nr_stack = 3,
		.operand = { .valid = true, .text = "mov rax, qword ptr [rdx - 1]", .base = "rdx" },
	};
	f->s.has_panic = true;
}

static void fixture_verdict(struct fixture *f)
{
	struct pfs_verdict *v = &f->s.verdict;
	size_t nr;

	f->cand[0] = (struct pfs_candidate){ 1, "r13", false, "all is well with it" };
	f->cand[1] = (struct pfs_candidate){ 0x44000, "rdi", true, "its bytes give the address" };
	f->evidence[0] = "rdi is the struct page";
	f->evidence[1] = "its words are 0xfd";
	v->status = PFS_EXPLAINED;
	v->title = "stable_page_flags() read a struct page of a freed memmap";
	v->code = "memmap-depopulated";
	v->has_pfn = true;
	v->page.pfn = 0x44000;
	v->page.va = FIX_VMEMMAP + 0x44000 * 64;
	v->page.state = PFS_ST_DEPOPULATED;
	v->page.why = "all 64 bytes are 0xfd";
	v->page.has_bytes = true;
	memset(v->page.bytes, 0xfd, 64);
	v->page.flags = 0xfdfdfdfdfdfdfdfdull;
	v->page.walk.nr = 2;
	v->page.walk.step[0] = (struct pfs_step){ "pgd", 0x1000, 0x2067, PFS_PRESENT };
	v->page.walk.step[1] = (struct pfs_step){ "pmd", 0x2008, 0x31001e3, PFS_PRESENT };
	v->page.walk.mapped = true;
	v->page.walk.writable = true;
	v->page.walk.pa = 0x3100000;
	v->page.walk.leaf_size = 1 << 21;
	v->run = (struct pfs_run){ 0x44000, 0x44002, PFS_ST_DEPOPULATED };
	v->mechanism = pfs_mechanisms(&nr);
	v->explanation = v->mechanism->text;
	v->confidence = PFS_CONF_HIGH;
	v->evidence = (struct pfs_lines){ f->evidence, 2, 2 };
	v->candidates = f->cand;
	v->nr_candidates = 2;
	f->s.has_verdict = true;
}

static void fixture_init(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->ops.name = "kdump";
	f->arch.name = "x86_64";
	f->target.ops = &f->ops;
	f->target.info.path = "/dumps/a\001b";
	f->target.info.format = "kdump";
	f->target.info.bytes = 3 << 20;
	f->target.info.arch = "x86_64";
	f->s.target = &f->target;
	f->s.mem.arch = &f->arch;
	f->s.facts.release = "5.10.223";
	f->s.facts.build_id = "";
	f->s.facts.f[PFS_F_SZ_PAGE] = (struct pfs_fact){ 64, "BTF" };
	f->s.facts.f[PFS_F_KERNELOFFSET] = (struct pfs_fact){ 0x1c000000, "VMCOREINFO" };
	fixture_model(f);
	fixture_panic(f);
	fixture_verdict(f);
	f->finding[0] = (struct pfs_finding){
		.problem = pfs_problem_by_code("memmap-depopulated"),
		.severity = PFS_SEV_FATAL,
		.confidence = PFS_CONF_HIGH,
		.start = 0x44000,
		.end = 0x44002,
		.pages = 2,
		.evidence = { f->evidence, 1, 1 },
	};
	f->s.findings.f = f->finding;
	f->s.findings.nr = 1;
	f->run[0] = (struct pfs_run){ 0x44000, 0x44002, PFS_ST_DEPOPULATED };
	f->s.scan.runs = f->run;
	f->s.scan.nr_runs = 1;
	f->s.scan.count[PFS_ST_OK] = 524286;
	f->s.scan.count[PFS_ST_DEPOPULATED] = 2;
	f->s.scan.pages = 524288;
	f->s.scan.complete = true;
	f->s.has_scan = true;
}

#endif
