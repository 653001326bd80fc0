"""The rows by name, in the order in which they run. A row: a docstring whose first line is its title, and run(plan)."""

from . import (batching, bodies, client, cold_start, compare, crowd, faults, live, memory, models, monitor, neighbours,
               overload, pause, predict, ring, send_lag, soak, swap, testers, users)

ROWS = {
    "live": live,
    "predict": predict,
    "models": models,
    "batching": batching,
    "overload": overload,
    "neighbours": neighbours,
    "client": client,
    "ring": ring,
    "bodies": bodies,
    "users": users,
    "crowd": crowd,
    "testers": testers,
    "send_lag": send_lag,
    "monitor": monitor,
    "pause": pause,
    "cold_start": cold_start,
    "memory": memory,
    "swap": swap,
    "soak": soak,
    "compare": compare,
    "faults": faults,
}
