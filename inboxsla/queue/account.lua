-- One mailbox's quota: see quota.py, where LocalAccount does the same.
-- KEYS[1] the account. ARGV: verb, now ('' for this server's clock), refill, saved, debt, then
--   take: units, background, sending      refused: wait told or -1, dice, sending
-- Returns whether it was taken (0 or 1), and the wait in seconds as text.
local LEAST, RECOVERY = 1 / 16, 0.05 / 60
local LONGEST_PAUSE, FORGIVEN_AFTER, ABOUT_ALL, KEPT_FOR = 64, 60, 60, 93600
local NOTHING, NEVER = -1e-3, -1e18
local PATIENCE, MORE_PATIENCE, FOR_UNITS = 2, 5, 150

local verb, now = ARGV[1], tonumber(ARGV[2])
local refill, saved, debt = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
end

local kept = redis.call('HMGET', KEYS[1], 'at', 'level', 'speed', 'pause', 'send_pause', 'strikes')
local at = tonumber(kept[1]) or now
local level, speed = tonumber(kept[2]) or saved, tonumber(kept[3]) or 1
local pause, send_pause = tonumber(kept[4]) or NEVER, tonumber(kept[5]) or NEVER
local strikes = tonumber(kept[6]) or 0

now = math.max(now, at)
level = math.min(saved, level + (now - at) * refill * speed)
speed = math.min(1, speed + (now - at) * RECOVERY)

local function keep()
  local function exact(number) return string.format('%.17g', number) end
  redis.call('HSET', KEYS[1], 'at', exact(now), 'level', exact(level), 'speed', exact(speed),
    'pause', exact(pause), 'send_pause', exact(send_pause), 'strikes', exact(strikes))
  redis.call('EXPIRE', KEYS[1], KEPT_FOR)
end

local function take(units, background, sending)
  local rate = refill * speed
  local rest = math.max(pause, sending and send_pause or now) - now
  if background then
    if rest <= 0 and level >= NOTHING then
      level = level - units
      return 1, math.max(0, -level / rate)
    end
    return 0, math.max(rest, -level / rate)
  end
  local wait = math.max(0, rest, (-debt * speed - level + units) / rate)
  if wait > math.min(MORE_PATIENCE, math.max(PATIENCE, FOR_UNITS / rate)) then return 0, wait end
  level = level - units
  return 1, wait
end

local function refused(told, dice, sending)
  local ends = sending and math.max(pause, send_pause) or pause
  if now >= ends then
    strikes = (now - ends > FORGIVEN_AFTER) and 1 or strikes + 1
    if told < 0 or told <= ABOUT_ALL then speed = math.max(LEAST, speed / 2) end
  end
  local wait = told
  if told < 0 then wait = math.min(LONGEST_PAUSE, 2 ^ strikes) * (1 + dice) / 2 end
  if sending then send_pause = math.max(send_pause, now + wait) end
  if told <= ABOUT_ALL or not sending then pause = math.max(pause, now + wait) end
  level = math.min(level, -debt * speed)
  return 1, (sending and math.max(pause, send_pause) or pause) - now
end

local taken, wait
if verb == 'take' then
  taken, wait = take(tonumber(ARGV[6]), tonumber(ARGV[7]) == 1, tonumber(ARGV[8]) == 1)
else
  taken, wait = refused(tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]) == 1)
end
keep()
return { taken, string.format('%.17g', wait) }
