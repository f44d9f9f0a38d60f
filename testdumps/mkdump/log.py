# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel log (kernel/printk): the ring buffer of v5.10, the records before."""

import struct

import layout

WORD = (1 << 64) - 1


def siphash(key, word):
    """SipHash-2-4 of eight bytes (lib/siphash.c: siphash_1u64)."""
    def turn(x, by):
        return (x << by | x >> 64 - by) & WORD

    def rounds(v, count):
        for _ in range(count):
            for a, b, by in ((0, 1, 13), (2, 3, 16)):
                v[a] = v[a] + v[b] & WORD
                v[b] = turn(v[b], by) ^ v[a]
            v[0] = turn(v[0], 32)
            for a, b, by in ((0, 3, 21), (2, 1, 17)):
                v[a] = v[a] + v[b] & WORD
                v[b] = turn(v[b], by) ^ v[a]
            v[2] = turn(v[2], 32)

    start = b"somepseudorandomlygeneratedbytes"
    v = [int.from_bytes(start[i:i + 8], "big") ^ key[i // 8 & 1] for i in range(0, 32, 8)]
    for part in (word, 8 << 56):
        v[3] ^= part
        rounds(v, 2)
        v[0] ^= part
    v[2] ^= 0xff
    rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


class Log:
    ptr_key = None

    def hashed(self, va):
        """What %p prints of an address, under a key that the kernel keeps."""
        self.ptr_key = 0x0706050403020100, 0x0f0e0d0c0b0a0908
        return siphash(self.ptr_key, va) & 0xffffffff

    def build_log(self):
        if self.ptr_key:
            pa = self.variable("ptr_key", 16)
            self.mem.set(pa, self.ptr_key[0])
            self.mem.set(pa + 8, self.ptr_key[1])
        if "SIZE(printk_log)" in self.facts or "SIZE(log)" in self.facts:
            self.build_record_log()
        else:
            self.build_ring_log()

    def build_record_log(self):
        """v3.5 to v5.9: struct printk_log, then text, padded to 4 bytes."""
        records = b""
        for ns, text, _ in self.log:
            text = text.encode(errors="surrogateescape")
            size = -(-(16 + len(text)) // 4) * 4
            record = struct.pack("<QHHHBB", ns, size, len(text), 0, 0, 6 << 5) + text
            records += record.ljust(size, b"\0")
        length = max(1 << 16, 1 << (len(records) + 16).bit_length())
        pa = self.early(length)
        self.mem.write(pa, records)
        self.mem.set(self.variable("log_buf", 8), self.direct(pa))
        self.mem.set(self.variable("log_buf_len", 4), length, 4)
        self.mem.set(self.variable("log_first_idx", 4), 0, 4)
        self.mem.set(self.variable("log_next_idx", 4), len(records), 4)
        self.mem.set(self.variable("clear_idx", 4), 0, 4)

    def build_ring_log(self):
        """v5.10 on. A descriptor's state is in bits 62 and 63, its id below them;
        the ring has not wrapped: its tail is the descriptor it was born with."""
        count_bits = max(8, (len(self.log) + 1).bit_length())
        count = 1 << count_bits
        need = 8 + sum(8 + -(-len(t.encode(errors="surrogateescape")) // 8) * 8
                       for _, t, _ in self.log)
        size_bits = max(15, need.bit_length())
        ids = (1 << 62) - 1
        born = -(count + 1) & ids
        descs = self.early(count * self.fact("SIZE(prb_desc)"))
        infos = self.early(count * self.fact("SIZE(printk_info)"))
        text_at = self.early(1 << size_bits)
        reusable, finalized, failed = 3, 2, 1

        def desc(id_, state, begin, end):
            pa = descs + (id_ & (count - 1)) * self.fact("SIZE(prb_desc)")
            self.mem.set(pa + self.off("prb_desc.state_var"), state << 62 | id_)
            blk = pa + self.off("prb_desc.text_blk_lpos")
            self.mem.set(blk + self.off("prb_data_blk_lpos.begin"), begin)
            self.mem.set(blk + self.off("prb_data_blk_lpos.next"), end)

        desc(born, reusable, failed, failed)
        lpos = -(1 << size_bits) & ((1 << 64) - 1)
        tail_lpos, id_ = lpos, born
        for seq, (ns, line, caller) in enumerate(self.log):
            line = line.encode(errors="surrogateescape")
            id_ = (id_ + 1) & ids
            size = 8 + -(-len(line) // 8) * 8
            end = (lpos + size) & ((1 << 64) - 1)
            desc(id_, finalized, lpos, end)
            self.mem.write(text_at + (lpos & ((1 << size_bits) - 1)),
                           struct.pack("<Q", id_) + line)
            info = infos + (id_ & (count - 1)) * self.fact("SIZE(printk_info)")
            self.mem.set(info + self.off("printk_info.seq"), seq)
            self.mem.set(info + self.off("printk_info.ts_nsec"), ns)
            self.mem.set(info + self.off("printk_info.text_len"), len(line), 2)
            if "OFFSET(printk_info.caller_id)" in self.facts:
                self.mem.set(info + self.off("printk_info.caller_id"), caller, 4)
            lpos = end
        prb = self.variable("printk_rb_static", self.fact("SIZE(printk_ringbuffer)"))
        ring = prb + self.off("printk_ringbuffer.desc_ring")
        self.mem.set(ring + self.off("prb_desc_ring.count_bits"), count_bits, 4)
        self.mem.set(ring + self.off("prb_desc_ring.descs"), self.direct(descs))
        self.mem.set(ring + self.off("prb_desc_ring.infos"), self.direct(infos))
        self.mem.set(ring + self.off("prb_desc_ring.head_id"), id_)
        self.mem.set(ring + self.off("prb_desc_ring.tail_id"), born)
        data = prb + self.off("printk_ringbuffer.text_data_ring")
        self.mem.set(data + self.off("prb_data_ring.size_bits"), size_bits, 4)
        self.mem.set(data + self.off("prb_data_ring.data"), self.direct(text_at))
        self.mem.set(data + 16, lpos)
        self.mem.set(data + 24, tail_lpos)
        self.mem.set(self.variable("prb", 8), layout.IMAGE_VA + prb)
        self.objects["prb"] = ("printk_ringbuffer", layout.IMAGE_VA + prb)
        self.objects["desc_ring"] = ("prb_desc_ring", layout.IMAGE_VA + ring)
        self.objects["text_ring"] = ("prb_data_ring", layout.IMAGE_VA + data)
