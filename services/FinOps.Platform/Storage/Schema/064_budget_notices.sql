-- A share of fleets is not known where none of them cost anything.
alter table finops.budget_period alter column spend drop not null;

-- Of what is told again: the first is 1. All else has one message of its kind, 0.
alter table finops.alert add column ordinal int not null default 0;
drop index finops.alert_once;
create unique index alert_once on finops.alert (budget_id, period_start, threshold, basis, kind, ordinal);
