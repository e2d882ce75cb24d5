using CsCheck;
using FinOps.Domain.Metering;

namespace FinOps.Domain.Tests.Metering;

public sealed class TagSetTests
{
    private static readonly Gen<string> Values = Gen.OneOf(Gen.OneOfConst("blue", "a=b&c", "ü/ä", "100%", "search box", "other"), Gen.String[1, 12])
        .Where(v => !v.Any(char.IsSurrogate));

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("", new[] { "api_key", "k-1", "session", "s" })]
    [InlineData("team=blue", new[] { "api_key", "k-1", "team", "blue" })]
    [InlineData("application=chat&team=blue", new[] { "application", "chat", "service_tier", "batch", "team", "blue" })]
    [InlineData("environment=a%3Db%26c", new[] { "environment", "a=b&c", "team", "" })]
    [InlineData("project=cc-104233", new[] { "Team", "blue", "project", "cc-104233" })]
    [InlineData("project=other", new[] { "project", "cc-1042337" })]
    [InlineData("feature=other", new[] { "feature", "7c9e6679-7425-40de-944b-e07fc1f90ae7" })]
    [InlineData("team=other", new[] { "team", "one that is written down in so very many words" })]
    public void Only_allow_listed_tags_whose_values_are_names_keep_buckets_apart(string text, string[] tags) =>
        Assert.Equal(text, TagSet.Of([.. tags.Chunk(2).Select(t => new KeyValuePair<string, string>(t[0], t[1]))]));

    [Fact]
    public void A_value_comes_out_as_it_went_in_or_as_other() =>
        Gen.Select(Gen.Dictionary(Gen.OneOfConst(TagSet.Keys.Append("k").ToArray()), Values)[0, 4], Gen.OneOfConst(TagSet.Keys.ToArray())).Sample((tags, key) =>
        {
            var set = TagSet.Of([.. tags.OrderBy(t => t.Key, StringComparer.Ordinal)]);
            var value = tags.TryGetValue(key, out var given) ? TagSet.IsName(given) ? given : TagSet.Other : null;

            Assert.Equal(value, TagSet.ValueOf(set, key));
        });

    [Fact]
    public void A_set_is_short_enough_for_an_index_whatever_the_values()
    {
        foreach (var value in new[] { new string('x', 40), new string('ü', 40), "界界界界界界界界界界", new string('%', 20) })
            Assert.InRange(TagSet.Of([.. TagSet.Keys.Select(k => new KeyValuePair<string, string>(k, value))]).Length, 1, 256);
        Assert.Equal(TagSet.Keys.Order(StringComparer.Ordinal), TagSet.Keys);
    }

    [Theory]
    [InlineData(true, "team=blue", "team", "blue")]
    [InlineData(false, "team=blue", "team", "red")]
    [InlineData(true, "team=red", "team", "blue", "team", "red")]
    [InlineData(false, "team=blue", "team", "blue", "project", "p")]
    [InlineData(true, "project=p&team=blue", "team", "blue", "project", "p")]
    [InlineData(true, "project=p", "team", null)]
    [InlineData(false, "team=blue", "team", null)]
    [InlineData(false, "team=blue")]
    public void Values_of_one_key_are_alternatives_and_of_several_keys_all_must_hold(bool holds, string set, params string?[] wanted) =>
        Assert.Equal(holds, TagFilter.Holds([.. wanted.Chunk(2).Select(w => (w[0]!, w[1]))], set));
}
