-- Buckets are kept apart by the price tier of their records and by their allow-listed tags, too; '' is a short standard call, and no such tag.
alter table finops.series
  add column rate_class text collate "C" not null default '',
  add column tags       text collate "C" not null default '';
alter table finops.series drop constraint series_tenant_model_fleet_key;
alter table finops.series add constraint series_key unique (tenant, model, fleet, rate_class, tags);

alter table finops.ledger_difference
  add column rate_class text collate "C" not null default '',
  add column tags       text collate "C" not null default '';
drop index finops.ledger_difference_open;
create unique index ledger_difference_open on finops.ledger_difference (kind, tenant, model, fleet, rate_class, tags, slot, unit) where healed_at is null;

-- Streams whose records fall into other buckets than those in which they were counted. `schema apply` makes their buckets again, and nothing
-- serves while one is left.
create table finops.stream_to_regroup (
  stream text collate "C" primary key
);

-- For this script and any later one that changes into which buckets records fall. What checks remember of the streams weighs rows by their
-- series, so it goes as well: the next check folds every event again.
create function finops.regroup_usage() returns void language sql as $$
  insert into finops.stream_to_regroup select id from finops.mt_streams where id like 'usage/%' on conflict do nothing;
  delete from finops.ledger_checkpoint;
$$;
select finops.regroup_usage();
