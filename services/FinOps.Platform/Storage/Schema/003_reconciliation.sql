-- How far the stored events of a usage stream were folded by the check of the ledger, and what they add up to: so a check folds only what
-- came since. The sums are those of LedgerSums: records, incomplete, failed, the unit classes by ordinal, and last the mix.
create table finops.ledger_checkpoint (
  stream           text collate "C" primary key,
  version          bigint      not null,
  sums             numeric[]   not null,
  fully_checked_at timestamptz not null -- when all of the stream's events were last folded and its buckets compared row by row
);

-- The last check: one row.
create table finops.ledger_check (
  id              int primary key check (id = 1),
  checked_at      timestamptz not null,
  events          bigint      not null, -- behind the sums that were compared
  records         numeric     not null,
  events_read     bigint      not null, -- by this check
  streams_pending bigint      not null, -- left for the next one
  keys_checked_at timestamptz,
  differences     bigint      not null, -- found by this check
  seconds         numeric     not null
);

-- What did not agree; healed is what a later check found right again.
create table finops.ledger_difference (
  id            bigint generated always as identity primary key,
  kind          text not null, -- BUCKET, RECORD_TIME, EVENTS, KEYS
  tenant        text collate "C" not null, -- '' for all tenants together
  model         text collate "C" not null,
  fleet         text collate "C" not null,
  slot          int  not null,
  unit          text not null,
  expected      numeric not null,
  found         numeric not null,
  first_seen_at timestamptz not null,
  last_seen_at  timestamptz not null,
  healed_at     timestamptz
);
create unique index ledger_difference_open on finops.ledger_difference (kind, tenant, model, fleet, slot, unit) where healed_at is null;
create index ledger_difference_healed on finops.ledger_difference (healed_at) where healed_at is not null;
