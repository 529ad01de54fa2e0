"""What the C library does with freed memory, asked of the C library itself in a process of its own."""

import platform
import subprocess
import sys

import pytest

from mnistlab.operating_system import keep_freed_memory, release_free_heap, return_freed_memory

pytestmark = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="only glibc's malloc has these options"
)
COUNT_HEAPS = """
import ctypes, threading
from mnistlab.operating_system import {first}
{first}()
libc = ctypes.CDLL(None)
libc.fopen.restype = libc.malloc.restype = ctypes.c_void_p
libc.fclose.argtypes = libc.free.argtypes = (ctypes.c_void_p,)
libc.malloc_info.argtypes = (ctypes.c_int, ctypes.c_void_p)
together = threading.Barrier(12)

def work():
    together.wait()
    block = libc.malloc(1000)
    together.wait()
    libc.free(block)

threads = [threading.Thread(target=work) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
file = libc.fopen(b"/dev/stdout", b"w")
libc.malloc_info(0, file)
libc.fclose(file)
"""
MEASURE_GAPS = """
import ctypes, os
from mnistlab.operating_system import {first}

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)
blocks = [libc.malloc(2000) for _ in range(40_000)]  # 80 MB, of which one in a hundred stays in use
for block in blocks:
    ctypes.memset(block, 1, 2000)
for place, block in enumerate(blocks):
    if place % 100:
        libc.free(block)
before = resident()
{first}()
print(before - resident())
"""


def heaps_after(first) -> int:
    """How many heaps there are after twelve threads have worked at once in a process that began with this."""
    code = COUNT_HEAPS.format(first=first.__name__)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return told.stdout.count("<heap ")


def test_all_threads_of_the_web_process_share_two_heaps():
    assert heaps_after(return_freed_memory) <= 2
    assert heaps_after(keep_freed_memory) > 2  # so that the figure above says something


def given_back(first) -> int:
    """How many of 80 MB that are freed but for small pieces go back to the system when this is called."""
    code = MEASURE_GAPS.format(first=first.__name__)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(told.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what is resident")
def test_gaps_between_what_is_in_use_go_back_to_the_system():
    assert given_back(release_free_heap) > 60e6
    assert given_back(return_freed_memory) < 20e6  # so that the figure above says something
