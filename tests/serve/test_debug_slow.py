"""GET /debug/slow: the slowest requests with what is known of them, only where it was asked for."""

import concurrent.futures

from support import paths, samples
from support.http import ask
from support.samples import INFER


def test_it_is_off_unless_asked_for(serve):
    assert ask(serve(paths.DIGITS).url + "/debug/slow").status == 404


def test_the_slowest_are_kept_with_their_phases_and_mates(serve):
    server = serve(paths.DIGITS, "--debug-slow", 5, "--lane", "worker", "--workers", 1)

    def send(number):
        rows = 1 + number % 3
        return ask(server.url + INFER, "POST", samples.body(rows), headers={"x-request-id": f"request-{number}"})

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(send, range(200)))
    assert all(reply.status == 200 for reply in replies)
    slowest = ask(server.url + "/debug/slow").json()["slowest"]
    assert len(slowest) == 5
    totals = [record["total_ms"] for record in slowest]
    assert totals == sorted(totals, reverse=True)
    for record in slowest:
        assert record["request_id"].startswith("request-") and record["path"] == INFER and record["status"] == 200
        assert abs(sum(record["phases_ms"].values()) - record["total_ms"]) < 0.01
        assert record["batch_rows"] >= record["rows"] >= 1
        assert (record["batch_rows"] > record["rows"]) == bool(record["batch_mates"])
        assert record["request_id"] not in record["batch_mates"]
