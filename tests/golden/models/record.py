"""Records what the official Python SDKs send, and checks that they read the answers kept here.

    pip install -r requirements.txt && python record.py

Writes `<provider>-first.json` and `<provider>-repair.json` beside this file: method, path, headers
and body of a streamed request with structured output, without and with a plan to be mended.
A server on loopback stands in for the providers and answers with `<provider>.sse`.
"""

import http.server
import json
import pathlib
import threading

import anthropic
import openai
from google import genai
from google.genai import types

HERE = pathlib.Path(__file__).parent
KEY = "sk-golden-key"
MODEL = "model-under-test"
INSTRUCTIONS = "Answer with a plan."
FIRST = [("user", "two red balls")]
REPAIR = [*FIRST, ("assistant", '{"title":"x","count":0}'), ("user", "count is 0")]
SCHEMA = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "description": "A name."},
        "count": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    },
    "required": ["title", "count"],
    "additionalProperties": False,
}
LIMIT = 1000
ANSWER = {"title": "Zwei Bälle", "count": 2}

# Telemetry and what HTTP libraries add: no part of the providers' contract.
LEFT_OUT = ("x-stainless", "user-agent", "x-goog-api-client", "host", "connection", "accept-enc")
LEFT_OUT += ("content-length",)

seen = []


class Provider(http.server.BaseHTTPRequestHandler):
    """Keeps a request, and answers with the stream whose name the path begins with."""

    def do_POST(self):
        name, path = self.path.lstrip("/").split("/", 1)
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {key.lower(): value for key, value in self.headers.items()}
        headers = {k: v for k, v in sorted(headers.items()) if not k.startswith(LEFT_OUT)}
        body = json.loads(body)
        seen.append({"method": "POST", "path": f"/{path}", "headers": headers, "body": body})
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write((HERE / f"{name}.sse").read_bytes())

    def log_message(self, *_):
        pass


def messages(turns):
    return [{"role": role, "content": text} for role, text in turns]


def ask_openai(base, turns):
    client = openai.OpenAI(api_key=KEY, base_url=f"{base}/v1", max_retries=0)
    stream = client.responses.create(
        model=MODEL,
        instructions=INSTRUCTIONS,
        input=messages(turns),
        text={"format": {"type": "json_schema", "name": "plan", "schema": SCHEMA, "strict": True}},
        max_output_tokens=LIMIT,
        store=False,
        stream=True,
    )
    events = list(stream)
    assert events[-1].response.usage.output_tokens == 45
    return "".join(e.delta for e in events if e.type == "response.output_text.delta")


def ask_compatible(base, turns):
    client = openai.OpenAI(api_key=KEY, base_url=f"{base}/v1", max_retries=0)
    form = {"name": "plan", "schema": SCHEMA, "strict": True}
    stream = client.chat.completions.create(
        model=MODEL,
        messages=messages([("system", INSTRUCTIONS), *turns]),
        response_format={"type": "json_schema", "json_schema": form},
        max_tokens=LIMIT,
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    assert chunks[-1].usage.completion_tokens == 45
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def ask_anthropic(base, turns):
    client = anthropic.Anthropic(api_key=KEY, base_url=base, max_retries=0)
    stream = client.messages.create(
        model=MODEL,
        system=INSTRUCTIONS,
        messages=messages(turns),
        output_config={"format": {"type": "json_schema", "schema": SCHEMA}},
        max_tokens=LIMIT,
        stream=True,
    )
    deltas = [event.delta for event in stream if event.type == "content_block_delta"]
    return "".join(delta.text for delta in deltas if delta.type == "text_delta")


def ask_google(base, turns):
    client = genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=base))
    roles = {"user": "user", "assistant": "model"}
    stream = client.models.generate_content_stream(
        model=MODEL,
        contents=[types.Content(role=roles[r], parts=[types.Part(text=t)]) for r, t in turns],
        config=types.GenerateContentConfig(
            system_instruction=INSTRUCTIONS,
            response_mime_type="application/json",
            response_json_schema=SCHEMA,
            max_output_tokens=LIMIT,
        ),
    )
    return "".join(chunk.text or "" for chunk in stream)


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    asks = {
        "openai": ask_openai,
        "compatible": ask_compatible,
        "anthropic": ask_anthropic,
        "google": ask_google,
    }
    for name, ask in asks.items():
        for kind, turns in (("first", FIRST), ("repair", REPAIR)):
            text = ask(f"http://127.0.0.1:{server.server_port}/{name}", turns)
            assert json.loads(text) == ANSWER, (name, text)
            golden = json.dumps(seen.pop(), indent=2, ensure_ascii=False)
            (HERE / f"{name}-{kind}.json").write_text(f"{golden}\n")


if __name__ == "__main__":
    main()
