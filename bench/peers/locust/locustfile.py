"""The peer: one small POST, again and again, no wait between them."""

import os
import pathlib

from locust import FastHttpUser, HttpUser, constant, task

PATH = os.environ["BENCH_PATH"]
BODY = pathlib.Path(os.environ["BENCH_BODY"]).read_bytes()
HEADERS = {"Content-Type": "application/json"}


class Http(HttpUser):
    wait_time = constant(0)

    @task
    def post(self):
        self.client.post(PATH, data=BODY, headers=HEADERS)


class Fast(FastHttpUser):
    wait_time = constant(0)

    @task
    def post(self):
        self.client.post(PATH, data=BODY, headers=HEADERS)
