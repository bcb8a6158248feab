"""Runs a program under a system call filter (seccomp(2)): `filtered.py kill PROGRAM…` ends whoever makes one of the calls that
SystemCallFilter=~@resources of a systemd unit refuses, `filtered.py allow PROGRAM…` nobody, as those of containers do for them."""

import ctypes
import os
import platform
import struct
import sys

# ioprio_set, mbind, migrate_pages, move_pages, sched_setaffinity, sched_setattr, sched_setparam, sched_setscheduler, set_mempolicy, setpriority, setrlimit
RESOURCES = {
    "x86_64": [251, 237, 256, 279, 203, 314, 142, 144, 238, 141, 160],
    "aarch64": [30, 235, 238, 239, 122, 274, 118, 119, 237, 140, 164],
}[platform.machine()]
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2
ALLOW, KILL_PROCESS = 0x7FFF0000, 0x80000000
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ACTION = {"kill": KILL_PROCESS, "allow": ALLOW}[sys.argv[1]]


def instruction(code, k, jump_if_not=0):
    return struct.pack("HBBI", code, 0, jump_if_not, k)


rules = instruction(LOAD, 0)
for number in RESOURCES:
    rules += instruction(JUMP_IF_EQUAL, number, 1) + instruction(RETURN, ACTION)
rules += instruction(RETURN, ALLOW)
held = ctypes.create_string_buffer(rules)
program = ctypes.create_string_buffer(struct.pack("HP", len(rules) // 8, ctypes.addressof(held)))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0):
    sys.exit("no filter can be set: " + os.strerror(ctypes.get_errno()))
os.execvp(sys.argv[2], sys.argv[2:])
