"""The rows by name, in the order in which they run. A row: a docstring whose first line is its title, and run(plan)."""

from . import bodies, client, cold_start, live, memory, pause, predict, ring, send_lag, soak, testers, users

ROWS = {
    "live": live,
    "predict": predict,
    "client": client,
    "ring": ring,
    "bodies": bodies,
    "users": users,
    "testers": testers,
    "send_lag": send_lag,
    "pause": pause,
    "cold_start": cold_start,
    "memory": memory,
    "soak": soak,
}
