-- The last check of fleet cost against its shares: one row.
create table finops.allocation_check (
  id          int primary key check (id = 1),
  checked_at  timestamptz not null,
  from_at     timestamptz not null, -- the first hour that was compared
  to_at       timestamptz not null, -- the end of the last one
  fleet_hours bigint      not null,
  differences bigint      not null
);
