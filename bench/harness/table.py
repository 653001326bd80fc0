"""The table that `make bench` ends with."""

from .compare import MAX_OTHERS, MAX_STEAL, Line, Spread


def machine(host: dict, server: int, client: int) -> str:
    kind = "virtual machine" if host["virtual"] else "bare metal"
    shared = ", SERVER AND CLIENT SHARE ONE CORE: ratios mean little" if server == client else ""
    return (f"{host['cpu']}, {host['cores']} cores ({kind}), {host['memory_bytes'] / 2**30:.0f} GiB, "
            f"Linux {host['kernel']}, load average {host['load_average_1m']}; "
            f"server on CPU {server}, client on CPU {client}{shared}")


def render(lines: list[Line], noise: dict) -> str:
    head = ("row", "what", "unit", "ours", "peer", "ratio min / median / max", "target", "met")
    body = [(line.row, line.what, line.unit, number(line.ours), number(line.theirs), ratio(line.ratio),
             line.target or "–", {True: "yes", False: "no", None: "–"}[line.met] + (" ?" if line.noisy else ""))
            for line in lines]
    widths = [max(len(r[i]) for r in [head, *body]) for i in range(len(head))]
    rows = ["  ".join(c.ljust(w) for c, w in zip(r, widths)).rstrip() for r in [head, ["-" * w for w in widths], *body]]
    notes = list(dict.fromkeys(f"  {line.row}: {note}" for line in lines for note in line.notes))
    if notes:
        rows += ["", "Notes, and what could not be measured:", *notes]
    rows += ["", "Medians of ours and of the peer; a ratio is ours over the peer's, turn by turn. "
             f"Steal {noise['steal']:.1%}, other processes {noise['others']:.1%} of the two cores' time."]
    loud = sorted({line.row for line in lines if line.noisy})
    if loud:
        rows.append(f"NOISY, marked with ?: steal over {MAX_STEAL:.0%} or others over {MAX_OTHERS:.0%}. "
                    f"Not to be quoted; measure again: {', '.join(loud)}")
    return "\n".join(rows)


def number(spread: Spread | None) -> str:
    if spread is None:
        return "–"
    value = spread.median
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def ratio(spread: Spread | None) -> str:
    return "–" if spread is None else f"{spread.min:.3g} / {spread.median:.3g} / {spread.max:.3g}"
