-- Where processes of one cluster find each other. Orleans asks OrleansQuery, by that name and without a schema, for the statements it is to
-- run; the tables behind them are ours. Parameters (@…) and result columns are Orleans' contract: it finds them by name.
create schema orleans;

-- One row per cluster. Every change of its members raises the version, so of two changes at once only one finds the version it has read.
create table orleans.cluster (
  id         text primary key,
  version    int not null,
  changed_at timestamptz not null default now()
);

-- One row per life of a silo: the same address and port with a higher generation is a later life.
create table orleans.silo (
  cluster       text not null references orleans.cluster,
  address       text not null,
  port          int  not null,
  generation    int  not null,
  gateway_port  int  not null, -- 0: takes no clients
  name          text not null,
  host          text not null,
  status        int  not null, -- Orleans' SiloStatus: 3 active, 6 dead
  suspicions    text,          -- who suspects it, and since when
  started_at    timestamptz not null,
  last_alive_at timestamptz not null,
  primary key (cluster, address, port, generation)
);

create table orleans.OrleansQuery (
  QueryKey  text primary key,
  QueryText text not null
);

-- One row even where a cluster has no silo: the version is wanted all the same.
create view orleans.member as
select c.id as cluster, c.version as Version, s.address as Address, s.port as Port, s.generation as Generation, s.name as SiloName,
  s.host as HostName, s.status as Status, s.gateway_port as ProxyPort, s.suspicions as SuspectTimes, s.started_at as StartTime,
  s.last_alive_at as IAmAliveTime
from orleans.cluster c left join orleans.silo s on s.cluster = c.id;

insert into orleans.OrleansQuery (QueryKey, QueryText) values
('InsertMembershipVersionKey', $sql$
with made as (insert into orleans.cluster (id, version) values (@DeploymentId, 0) on conflict (id) do nothing returning id)
select count(*) > 0 from made
$sql$),

('MembershipReadAllKey', $sql$
select * from orleans.member where cluster = @DeploymentId
$sql$),

('MembershipReadRowKey', $sql$
select c.version as Version, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes, m.StartTime,
  m.IAmAliveTime
from orleans.cluster c
left join orleans.member m on m.cluster = c.id and m.Address = @Address and m.Port = @Port and m.Generation = @Generation
where c.id = @DeploymentId
$sql$),

('GatewaysQueryKey', $sql$
select Address, ProxyPort, Generation from orleans.member where cluster = @DeploymentId and Status = @Status and ProxyPort > 0
$sql$),

-- The cluster's row is the lock: who comes second waits here, and then finds another version.
('InsertMembershipKey', $sql$
with raised as (
  update orleans.cluster c set version = c.version + 1, changed_at = now()
  where c.id = @DeploymentId and c.version = @Version and not exists (
    select 1 from orleans.silo s
    where s.cluster = @DeploymentId and s.address = @Address and s.port = @Port and s.generation = @Generation)
  returning c.id),
joined as (
  insert into orleans.silo
    (cluster, address, port, generation, gateway_port, name, host, status, started_at, last_alive_at)
  select id, @Address, @Port, @Generation, @ProxyPort, @SiloName, @HostName, @Status, @StartTime, @IAmAliveTime from raised
  returning cluster)
select count(*) > 0 from joined
$sql$),

('UpdateMembershipKey', $sql$
with raised as (
  update orleans.cluster c set version = c.version + 1, changed_at = now()
  where c.id = @DeploymentId and c.version = @Version and exists (
    select 1 from orleans.silo s
    where s.cluster = @DeploymentId and s.address = @Address and s.port = @Port and s.generation = @Generation)
  returning c.id),
changed as (
  update orleans.silo s
  set status = @Status, suspicions = @SuspectTimes, last_alive_at = greatest(s.last_alive_at, @IAmAliveTime)
  from raised
  where s.cluster = raised.id and s.address = @Address and s.port = @Port and s.generation = @Generation
  returning s.cluster)
select count(*) > 0 from changed
$sql$),

-- A sign of life is no change of the members and leaves the version alone.
('UpdateIAmAlivetimeKey', $sql$
update orleans.silo set last_alive_at = @IAmAliveTime
where cluster = @DeploymentId and address = @Address and port = @Port and generation = @Generation
$sql$),

('CleanupDefunctSiloEntriesKey', $sql$
delete from orleans.silo
where cluster = @DeploymentId and status = 6 and started_at < @IAmAliveTime and last_alive_at < @IAmAliveTime
  and coalesce(suspicions, '') = ''
$sql$),

-- The one that was read as long dead, and only if it is still as it was read.
('CleanupDefunctSiloEntryKey', $sql$
delete from orleans.silo
where cluster = @DeploymentId and address = @Address and port = @Port and generation = @Generation and status = 6
  and started_at = @StartTime and last_alive_at = @IAmAliveTime and coalesce(suspicions, '') = coalesce(@SuspectTimes, '')
$sql$),

('DeleteMembershipTableEntriesKey', $sql$
with gone as (delete from orleans.silo where cluster = @DeploymentId returning cluster)
delete from orleans.cluster where id = @DeploymentId
$sql$);
