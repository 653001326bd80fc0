"""A TorchServe inference API with one model, as it is documented. The model gives back how many bytes it got."""

import json

from base import PlantedServer, ok

API = {"openapi": "3.0.1", "info": {"title": "TorchServe APIs", "version": "0.12.0"},
       "paths": {"/predictions/{model_name}": {"post": {}}, "/ping": {"get": {}}}}


class TorchServe(PlantedServer):
    def __init__(self):
        super().__init__()
        self.log["bodies"] = []

    def answer(self, head, body, connection):
        method, path = head.split(b" ", 2)[:2]
        if path == b"/ping":
            return ok(b'{\n  "status": "Healthy"\n}\n')
        if method == b"OPTIONS" and path == b"/":
            return ok(json.dumps(API).encode())
        if method == b"POST" and path in (b"/predictions/resnet", b"/predictions/resnet/1.0"):
            self.log["bodies"].append(len(body))
            return ok(json.dumps({"bytes": len(body)}).encode())
        return ok(json.dumps({"code": 404, "type": "ModelNotFoundException", "message": "Model not found"}).encode(),
                  "404 Not Found")


if __name__ == "__main__":
    TorchServe().run()
