-- What each period of a budget came to when it had ended and settled. Later corrections stay in the books, which are asked again for them.
create table finops.budget_period (
  budget_id    text collate "C" not null references finops.budget,
  period_start timestamptz not null,
  period_end   timestamptz not null,
  amount       numeric not null,
  spend        numeric not null,
  currency     text    not null,
  ended_at     timestamptz not null,
  primary key (budget_id, period_start)
);
create index alert_delivery_at on finops.alert_delivery (at);
