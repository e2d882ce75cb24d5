-- The re-ratings in their order; what each one says is its event, in the stream rerating/{id}.
create table finops.rerating (
  number bigint generated always as identity primary key,
  id     uuid not null unique
);
