"""The machine that the figures come from, and how quiet it was while they were taken."""

import os
import pathlib
import platform

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def describe() -> dict:
    cpu = next((line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "?")
    flags = next((line for line in _lines("/proc/cpuinfo") if line.startswith("flags")), "")
    return {
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "virtual": " hypervisor" in flags,
        "memory_bytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        "load_average_1m": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
    }


def pick_cpus() -> tuple[int, int]:
    """One core for the server, one for the client; not two threads of one core where that can be helped."""
    allowed = sorted(os.sched_getaffinity(0))
    server = allowed[0]
    for client in allowed[1:]:
        if client not in _siblings(server):
            return server, client
    return server, allowed[-1]


def _siblings(cpu: int) -> set[int]:
    text = "".join(_lines(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")).strip()
    siblings = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        siblings |= set(range(int(first), int(last or first) + 1))
    return siblings


class Noise:
    """CPU time that went to others between two moments: the hypervisor's (steal), and other processes'."""

    def __init__(self, cpus: tuple[int, int]):
        self.cpus = sorted(set(cpus))
        self.before = self._read()
        self.ours_before = _own_ticks()

    def read(self) -> dict:
        """Shares of the measured cores' time since construction."""
        after = self._read()
        total = max(1, sum(after[k] - self.before[k] for k in after))
        busy = sum(after[k] - self.before[k] for k in ("user", "nice", "system", "irq", "softirq"))
        others = busy - (_own_ticks() - self.ours_before)
        return {
            "steal": round((after["steal"] - self.before["steal"]) / total, 4),
            "others": round(max(0.0, others / total), 4),
        }

    def _read(self) -> dict:
        names = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
        sums = dict.fromkeys(names, 0)
        for line in _lines("/proc/stat"):
            fields = line.split()
            if fields and fields[0] in {f"cpu{n}" for n in self.cpus}:
                for name, value in zip(names, fields[1:]):
                    sums[name] += int(value)
        return sums


def cpu_s(pid: int) -> float:
    """CPU seconds of a process, its living descendants, and those that they have waited for."""
    return _ticks(pid) / TICKS_A_SECOND


def _own_ticks() -> int:
    return _ticks(os.getpid())


def _ticks(root: int) -> int:
    total = 0
    for pid in descendants(root) | {root}:
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(v) for v in fields[11:15])  # utime stime cutime cstime
    return total


def descendants(pid: int) -> set[int]:
    found, todo = set(), [pid]
    while todo:
        for task in pathlib.Path(f"/proc/{todo.pop()}/task").glob("*/children"):
            try:
                children = {int(c) for c in task.read_text().split()}
            except OSError:
                continue
            todo += children - found
            found |= children
    return found


def memory(pid: int) -> dict:
    """Resident and proportional memory in bytes of a process and its descendants."""
    sums = {"rss_bytes": 0, "pss_bytes": 0}
    for member in descendants(pid) | {pid}:
        for line in _lines(f"/proc/{member}/smaps_rollup"):
            if line.startswith(("Rss:", "Pss:")):
                sums[line[:3].lower() + "_bytes"] += int(line.split()[1]) * 1024
    return sums


def _lines(path: str) -> list[str]:
    try:
        return pathlib.Path(path).read_text().splitlines()
    except OSError:
        return []
