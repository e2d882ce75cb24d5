-- The streams of rate cards, fleet costs and targets, with a count of their events. Its sum tells whether the books in memory are still
-- those on disk, in any process, without a look at the events; its rows are the locks under which a stream is written.
create table finops.book_stream (
  stream text collate "C" primary key,
  events bigint not null
);
