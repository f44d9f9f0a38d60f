/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PFNSCOPE_VERSION_H
#define PFNSCOPE_VERSION_H

#define PFS_VERSION "0.1"

#endif
