"""An OpenAI-style server whose tokens come when they were planned: the first after --first ms, the next every --gap ms.
Of --broken N streams one ends without its [DONE]. Its usage counts what it sent."""

import argparse
import http.server
import json
import signal
import threading
import time

LOG = {"requests": 0, "streams": 0, "tokens": 0, "broken": 0, "prompt_words": 0}
LOCK = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/v1/models":
            return self._json({"object": "list", "data": [{"id": "tiny", "object": "model", "owned_by": "planted"}]})
        self._json({"error": {"message": "not found"}}, 404)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/v1/embeddings":
            return self._json({"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.5, -1]}],
                               "usage": {"prompt_tokens": len(body["input"].split()), "total_tokens": 1}})
        if self.path not in ("/v1/chat/completions", "/v1/completions"):
            return self._json({"error": {"message": "not found"}}, 404)
        chat = self.path.endswith("chat/completions")
        prompt = body["messages"][-1]["content"] if chat else body["prompt"]
        count, words = body.get("max_tokens", 4), len(prompt.split())
        with LOCK:
            LOG["requests"] += 1
            LOG["prompt_words"] += words
            LOG["tokens"] += count
        usage = {"prompt_tokens": words, "completion_tokens": count, "total_tokens": words + count}
        if body.get("stream"):
            return self._stream(chat, count, usage)
        text = "word " * count
        choice = {"index": 0, "finish_reason": "stop", **({"message": {"role": "assistant", "content": text}} if chat else {"text": text})}
        self._json({"object": "chat.completion", "choices": [choice], "usage": usage})

    def _stream(self, chat, count, usage):
        with LOCK:
            LOG["streams"] += 1
            broken = FLAGS.broken and LOG["streams"] % FLAGS.broken == 0
            LOG["broken"] += broken
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        due = time.monotonic() + FLAGS.first / 1000
        for index in range(count):
            time.sleep(max(0, due - time.monotonic()))
            due += FLAGS.gap / 1000
            piece = {"delta": {"content": f"w{index} "}} if chat else {"text": f"w{index} "}
            self._event(json.dumps({"choices": [{"index": 0, **piece}], "usage": None}))
        self._event(json.dumps({"choices": [], "usage": usage}))
        if not broken:
            self._event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, data):
        event = f"data: {data}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))

    def _json(self, value, status=200):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    flags = argparse.ArgumentParser()
    flags.add_argument("--first", type=float, default=0)
    flags.add_argument("--gap", type=float, default=0)
    flags.add_argument("--broken", type=int, default=0)
    FLAGS = flags.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever(0.05)
    print(json.dumps(LOG), flush=True)
