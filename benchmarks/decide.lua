-- Load for benchmarks/decide.py: questions about random accounts, each with its own request id. Prints one JSON object.
local token, accounts = os.getenv("STILLWATCH_TOKEN"), tonumber(os.getenv("STILLWATCH_ACCOUNTS"))
local pace = tonumber(os.getenv("STILLWATCH_PACE_MS")) -- mean wait of a connection after an answer; nil: none
local n, headers = 0, {["content-type"] = "application/json", ["x-stillwatch-token"] = token}

function init(args) math.randomseed(7) end

function request()
  n = n + 1
  local body = string.format('{"account_id":"acct-%07d","request_id":"r%d"}', math.random(0, accounts - 1), n)
  return wrk.format("POST", "/v1/decide", headers, body)
end

if pace then
  function delay() return math.floor(math.random() - pace * math.log(1 - math.random())) end
end

function done(summary, latency, requests)
  local slow = 0
  for i = 1, #latency do
    local us, count = latency(i)
    if us > 20000 then slow = slow + count end
  end
  local e = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.3f,"failed":%d,"slow":%d,"p50_ms":%.3f,"p99_ms":%.3f,"p999_ms":%.3f,"max_ms":%.3f}\n',
    summary.requests, summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout, slow,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3, latency.max / 1e3))
end
