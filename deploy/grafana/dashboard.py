#!/usr/bin/env python3
"""Writes dashboards/mjcast.json, which Grafana shows: `deploy/grafana/dashboard.py`. A new metric
gets a line here; tests/deploy/test_watching.py misses it otherwise.
"""

import json
from pathlib import Path

HERE = '{instance=~"$instance"}'


def rate(metric, by="instance", match=""):
    return f'sum by ({by}) (rate({metric}{{instance=~"$instance"{match}}}[$__rate_interval]))'


def gauge(metric, by="instance"):
    return f"sum by ({by}) ({metric}{HERE})"


def quantile(share, metric, by="", match=""):
    by = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, {rate(metric + '_bucket', by, match)})"


def quantiles(metric, by):
    name = "{{" + by + "}} " if by else ""
    return [(quantile(share, metric, by), f"{name}p{int(share * 100)}") for share in (0.5, 0.95)]


EACH = "{{instance}}"
# Rows of panels: title, unit, and expressions with their legends.
ROWS = {
    "Daemons": [
        ("Ready", "bool_yes_no", [(f"mjcast_ready{HERE}", EACH)]),
        ("Draining", "bool_yes_no", [(f"mjcast_draining{HERE}", EACH)]),
        ("Versions", "none", [(f"count by (version) (mjcast_build_info{HERE})", "{{version}}")]),
        ("Sessions and slots", "none", [(gauge("mjcast_sessions"), f"sessions {EACH}"), (gauge("mjcast_session_slots"), f"slots {EACH}")]),
        ("Slots taken", "percentunit", [(f"mjcast_session_slots_used_ratio{HERE}", EACH)]),
        ("Sessions moved", "none", [(f"sum by (outcome) (increase(mjcast_session_migrations_total{HERE}[$__rate_interval]))", "{{outcome}}")]),
        ("Requests for other nodes", "reqps", [(rate("mjcast_forwarded_requests_total"), EACH)]),
        ("Requests", "reqps", [(rate("mjcast_http_requests_total", "status"), "{{status}}")]),
    ],
    "Viewers": [
        ("Viewers", "none", [(gauge("mjcast_viewers"), EACH)]),
        ("Viewers that come", "cps", [(rate("mjcast_viewers_total"), EACH)]),
        ("Events from viewers", "cps", [(rate("mjcast_events_total"), EACH)]),
        ("From input to wire", "s", quantiles("mjcast_glass_to_wire_seconds", "")),
        ("There and back", "s", quantiles("mjcast_webrtc_rtt_seconds", "")),
        ("Sent by WebRTC", "binBps", [(rate("mjcast_webrtc_sent_bytes_total"), EACH)]),
        ("Packets sent again", "pps", [(rate("mjcast_webrtc_resent_packets_total"), EACH)]),
    ],
    "Frames": [
        ("Streams", "none", [(gauge("mjcast_streams"), EACH)]),
        ("Streams by encoder", "none", [(gauge("mjcast_encoder_sessions", "backend"), "{{backend}}")]),
        ("Frames", "fps", [
            (rate("mjcast_frames_rendered_total", "job"), "rendered"),
            (rate("mjcast_frames_encoded_total", "backend, codec"), "encoded {{backend}} {{codec}}"),
            (rate("mjcast_frames_sent_total", "job"), "sent"),
            (rate("mjcast_keyframes_total", "job"), "key frames"),
        ]),
        ("Frames dropped", "fps", [(rate("mjcast_frames_dropped_total", "reason"), "{{reason}}")]),
        ("Encoded", "binBps", [(rate("mjcast_encoded_bytes_total"), EACH)]),
        ("Stages, 95th percentile", "s", [(quantile(0.95, "mjcast_stage_seconds", "stage"), "{{stage}}")]),
        ("Encoding", "s", [(quantile(0.95, "mjcast_encode_seconds", "backend, codec"), "{{backend}} {{codec}} p95")]),
    ],
    "Simulation and device": [
        ("Real-time factor", "none", [(f"{rate('mjcast_sim_seconds_total')} / {rate('mjcast_sim_running_seconds_total')}", EACH)]),
        ("Steps", "cps", [(rate("mjcast_sim_steps_total"), EACH)]),
        ("Device memory", "bytes", [(gauge("mjcast_gpu_memory_bytes", "instance, state"), "{{state}} " + EACH)]),
        ("Devices replaced", "none", [(f"increase(mjcast_device_rebuilds_total{HERE}[$__rate_interval])", EACH)]),
    ],
    "Scenes from words": [
        ("Requests to models", "reqps", [(rate("mjcast_llm_requests_total", "provider, outcome"), "{{provider}} {{outcome}}")]),
        ("Tokens", "cps", [(rate("mjcast_llm_tokens_total", "provider, kind"), "{{provider}} {{kind}}")]),
        ("Making a scene", "s", quantiles("mjcast_scene_generate_seconds", "mode")),
    ],
}
SOURCE = {"type": "prometheus", "uid": "${source}"}
WIDTH, HEIGHT, COLUMNS = 6, 7, 4


def panels():
    number, top = 0, 0
    for title, row in ROWS.items():
        number += 1
        yield {"id": number, "type": "row", "title": title, "collapsed": False, "panels": [],
               "gridPos": {"x": 0, "y": top, "w": 24, "h": 1}}
        top += 1
        for at, (title, unit, lines) in enumerate(row):
            number += 1
            yield {
                "id": number, "type": "timeseries", "title": title, "datasource": SOURCE,
                "gridPos": {"x": at % COLUMNS * WIDTH, "y": top + at // COLUMNS * HEIGHT, "w": WIDTH, "h": HEIGHT},
                "fieldConfig": {"defaults": {"unit": unit, "min": 0, "custom": {"fillOpacity": 8, "showPoints": "never"}}, "overrides": []},
                "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
                "targets": [
                    {"refId": chr(ord("A") + line), "datasource": SOURCE, "expr": expression, "legendFormat": legend}
                    for line, (expression, legend) in enumerate(lines)
                ],
            }
        top += (len(row) + COLUMNS - 1) // COLUMNS * HEIGHT


def dashboard():
    return {
        "uid": "mjcast", "title": "mjcast", "tags": ["mjcast"], "schemaVersion": 39, "editable": True,
        "refresh": "30s", "time": {"from": "now-1h", "to": "now"}, "timezone": "browser",
        "templating": {"list": [
            {"name": "source", "label": "Source", "type": "datasource", "query": "prometheus"},
            {"name": "instance", "label": "Daemon", "type": "query", "datasource": SOURCE, "multi": True,
             "includeAll": True, "allValue": ".*", "refresh": 2, "sort": 1, "current": {"text": "All", "value": "$__all"},
             "query": {"query": "label_values(mjcast_build_info, instance)", "refId": "instances"}},
        ]},
        "panels": list(panels()),
    }


if __name__ == "__main__":
    Path(__file__).with_name("dashboards").joinpath("mjcast.json").write_text(json.dumps(dashboard(), indent=1) + "\n")
