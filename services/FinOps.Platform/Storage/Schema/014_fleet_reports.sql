-- What fleets reported of themselves: what is stored as fleet_reported_v1, a row per report, written in the same transaction and never
-- changed. Which of two that overlap counts, their order decides; as of a day only those recorded by then.
create table finops.fleet_report (
  id          bigint generated always as identity primary key,
  fleet       text collate "C" not null,
  from_ticks  bigint  not null, -- of .NET, UTC: a timestamptz would cut the seventh digit
  to_ticks    bigint  not null,
  accelerator text collate "C" not null,
  state       text    not null,
  count       numeric not null,
  capacity    numeric, -- work units; null where the fleet could not tell
  recorded_at timestamptz not null,
  -- The same report again is the same; found by fleet and end, which is how windows and the last report are looked for.
  unique nulls not distinct (fleet, to_ticks, from_ticks, accelerator, state, count, capacity)
);
