-- Which budgets there are; their terms are in their streams. The row's lock makes one writer at a time of whoever changes the budget or
-- records a crossing of it.
create table finops.budget (
  id      text collate "C" primary key,
  tenant  text collate "C" not null,
  version bigint  not null, -- of the stream budget/{id}
  closed  boolean not null
);
create index budget_open on finops.budget (tenant) where not closed;

-- Where a budget's alerts go. The secret signs them; it is here and not in an event so that it can be changed and forgotten.
create table finops.webhook (
  budget_id text collate "C" primary key references finops.budget,
  url       text not null,
  secret    text not null,
  gone_at   timestamptz -- the receiver answered 410
);

-- What the sweep knows to be evaluated: the tenant's accepted records and the rate cards' versions at that time.
create table finops.budget_watch (
  tenant       text collate "C" primary key,
  accepted     bigint not null,
  rates        bigint not null,
  evaluated_at timestamptz not null
);

-- Each (budget, period, threshold) alerts at most once: this row is written in the transaction that appends threshold_crossed_v1.
create table finops.alert (
  id           text collate "C" primary key,
  budget_id    text collate "C" not null references finops.budget,
  tenant       text collate "C" not null,
  measure      text not null,
  period_start timestamptz not null,
  period_end   timestamptz not null,
  threshold    numeric not null,
  amount       numeric not null,
  spend        numeric not null,
  currency     text not null,
  crossed_at   timestamptz not null,
  status       text not null, -- SUPPRESSED, PENDING, DELIVERED, FAILED
  unique (budget_id, period_start, threshold)
);
create index alert_tenant on finops.alert (tenant);

-- What is still to do for an alert, channel by channel.
create table finops.alert_channel (
  alert_id        text collate "C" not null references finops.alert,
  channel         text collate "C" not null,
  state           text not null, -- PENDING, DELIVERED, DEAD
  attempts        int  not null,
  next_attempt_at timestamptz not null,
  claimed_until   timestamptz, -- a job is at it; when the job dies, another may take over from then on
  primary key (alert_id, channel)
);
create index alert_channel_due on finops.alert_channel (next_attempt_at) where state = 'PENDING';

-- What was tried.
create table finops.alert_delivery (
  alert_id    text collate "C" not null,
  channel     text collate "C" not null,
  attempt     int  not null,
  at          timestamptz not null,
  status      text not null, -- DELIVERED, FAILED, REFUSED
  status_code int,
  error       text,
  primary key (alert_id, channel, attempt),
  foreign key (alert_id, channel) references finops.alert_channel
);
