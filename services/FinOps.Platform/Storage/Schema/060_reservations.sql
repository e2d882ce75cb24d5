-- Budgets that gateways reserve from. The version grows with each commit of a budget's reservations, so that of two grains that both take
-- themselves for the one writer only one writes.
create table finops.gate (
  budget_id  text collate "C" primary key references finops.budget,
  tenant     text collate "C" not null,
  currency   text    not null,
  when_away  text    not null, -- OPEN, CLOSED: what is answered while the books are away
  is_hard    boolean not null, -- false: it was a gate once
  version    bigint  not null
) with (fillfactor = 50);
create index gate_tenant on finops.gate (tenant);

-- Reservations, from the grant until some minutes after their end. They refer to a gate; a foreign key would be looked up with each.
create table finops.reservation (
  budget_id  text collate "C" not null,
  key        text collate "C" not null,
  amount     numeric     not null,
  actual     numeric     not null,
  stage      text        not null, -- HELD, COMMITTED, COUNTED, RELEASED, LAPSED
  expires_at timestamptz not null,
  due_at     timestamptz not null, -- when time alone changes it
  key_high   bigint, -- of the record that ends it
  key_low    bigint,
  primary key (budget_id, key)
) with (fillfactor = 80);
create index reservation_due on finops.reservation (due_at);
