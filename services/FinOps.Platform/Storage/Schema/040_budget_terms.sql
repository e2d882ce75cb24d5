-- A notice on an alert (retracted, crossed again) is a message with an id, channels and tries of its own.
alter table finops.alert
  add column kind         text not null default 'THRESHOLD',
  add column basis        text not null default 'PERCENT', -- what the threshold is a number of
  add column notice_of    text collate "C" references finops.alert, -- null: an alert
  add column cause        text, -- why, in a sentence
  add column retracted_at timestamptz; -- of an alert: since when the measure lies below the threshold again
alter table finops.alert drop constraint alert_budget_id_period_start_threshold_key;
create unique index alert_once on finops.alert (budget_id, period_start, threshold, basis, kind);

-- What takes usage back makes no accepted record, so it is watched, too.
alter table finops.budget_watch add column corrected bigint not null default 0;

-- When it must be looked at again though nothing was used.
alter table finops.budget add column due_at timestamptz;
