-- Where a budget's alerts go beside the bus and its webhook. A target may be a secret (a Slack URL, a PagerDuty key): it is here and not in
-- an event, so that it can be changed and forgotten.
create table finops.alert_destination (
  budget_id    text collate "C" not null references finops.budget,
  name         text collate "C" not null, -- the channel in alert_channel and in the delivery log
  kind         text not null,
  target       text not null,
  digest_every text,     -- null: each alert at once; DAY, WEEK
  digest_at    time,     -- of the zone's clock
  digest_day   int,      -- of a week's, 1 is Monday
  digest_zone  text,
  disabled_at  timestamptz, -- the receiver answered 410
  primary key (budget_id, name)
);

-- Secrets that go on signing beside finops.webhook's until a stated end.
create table finops.webhook_old_secret (
  budget_id text collate "C" not null references finops.budget,
  secret    text not null,
  until     timestamptz not null,
  primary key (budget_id, secret)
);

-- Hours of a zone's clock in which a budget's alerts wait.
create table finops.alert_quiet_hours (
  budget_id text collate "C" primary key references finops.budget,
  starts    time not null,
  ends      time not null,
  zone      text not null,
  set_at    timestamptz not null,
  set_by    text not null
);

-- Texts of a tenant's messages, or of one budget's.
create table finops.alert_template (
  tenant    text collate "C" not null,
  budget_id text collate "C" not null, -- empty: all of the tenant's that have none of their own
  subject   text,
  body_text text,
  body_html text,
  set_at    timestamptz not null,
  set_by    text not null,
  primary key (tenant, budget_id)
);

-- What the tenant should know of its channels: that one was switched off, that one gave up.
create table finops.alert_notice (
  id        bigint generated always as identity primary key,
  at        timestamptz not null,
  tenant    text collate "C" not null,
  budget_id text collate "C" not null references finops.budget,
  channel   text collate "C" not null,
  code      text not null,
  alert_id  text collate "C"
);
create index alert_notice_tenant on finops.alert_notice (tenant, id);

-- Test alerts, tried once each.
create table finops.alert_test (
  id          text collate "C" primary key,
  budget_id   text collate "C" not null references finops.budget,
  channel     text collate "C" not null,
  at          timestamptz not null,
  by          text not null,
  status      text, -- null while it is under way
  status_code int,
  error       text
);
create index alert_test_budget on finops.alert_test (budget_id, at);

-- One message for many alerts: a budget's channel, and a day of its zone's calendar.
create table finops.alert_digest (
  id              text collate "C" primary key,
  budget_id       text collate "C" not null references finops.budget,
  channel         text collate "C" not null,
  day             date not null,
  state           text not null, -- PENDING, DELIVERED, DEAD
  attempts        int  not null,
  next_attempt_at timestamptz not null,
  claimed_until   timestamptz,
  unique (budget_id, channel, day)
);
create index alert_digest_due on finops.alert_digest (next_attempt_at) where state = 'PENDING';

-- DIGEST is a state of alert_channel from here on: it waits for its digest, or is in one.
alter table finops.alert_channel
  add column digest_id text collate "C" references finops.alert_digest,
  add column attempts_before int not null default 0; -- the schedule starts anew after them: somebody asked for it
create index alert_channel_digest on finops.alert_channel (digest_id) where digest_id is not null;
create index alert_channel_waits on finops.alert_channel (alert_id) where state = 'DIGEST' and digest_id is null;

-- What channels tell beside the figures; 040 has them already.
alter table finops.alert
  add column if not exists kind      text not null default 'THRESHOLD',
  add column if not exists basis     text not null default 'PERCENT',
  add column if not exists notice_of text collate "C" references finops.alert,
  add column if not exists cause     text;

-- Whoever listens hears of an alert when it is committed, in whatever process it was raised.
create function finops.tell_of_alert() returns trigger language plpgsql as $$
begin
  perform pg_notify('finops_alert', new.id);
  return null;
end $$;
create trigger alert_told after insert on finops.alert for each row when (new.status <> 'SUPPRESSED') execute function finops.tell_of_alert();
