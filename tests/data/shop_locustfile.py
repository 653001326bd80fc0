"""examples/load/shopper.cpp as Locust's users write it."""

import random
import time

from locust import HttpUser, between, constant_pacing, events, tag, task


class Shopper(HttpUser):
    weight = 3
    wait_time = between(0.010, 0.030)

    def on_start(self):
        token = self.client.post("/login", json={"user": "ann"}).json()["token"]
        self.client.headers["Authorization"] = f"Bearer {token}"

    def on_stop(self):
        self.client.post("/logout")

    @task(3)
    def browse(self):
        self.client.get(f"/items/{random.randrange(100)}", name="/items/[id]")

    @tag("write")
    @task(1)
    def buy(self):
        began = time.perf_counter()
        order = self.client.post("/orders", json={"item": 7}).json()["id"]
        for _ in range(20):
            if self.client.get(f"/orders/{order}", name="/orders/[id]").json()["state"] == "done":
                break
            time.sleep(0.005)
        # Locust has no groups: what takes several requests is reported as one more.
        events.request.fire(request_type="GROUP", name="order", response_time=1000 * (time.perf_counter() - began),
                            response_length=0, exception=None, context={})


class StockKeeper(HttpUser):
    fixed_count = 1
    wait_time = constant_pacing(0.1)

    @tag("read")
    @task
    def stock(self):
        self.client.get("/stock")
