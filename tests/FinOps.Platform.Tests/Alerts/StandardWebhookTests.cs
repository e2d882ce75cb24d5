using FinOps.Platform.Alerts;
using FinOps.Platform.Budgets;

namespace FinOps.Platform.Tests.Alerts;

public sealed class StandardWebhookTests
{
    [Fact]
    public void The_vector_of_the_specification_comes_out() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        StandardWebhook.Sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""u8));

    [Fact]
    public void A_new_secret_is_a_secret_and_another_each_time()
    {
        var (one, other) = (WebhookSecret.New(), WebhookSecret.New());

        Assert.Null(WebhookSecret.Flaw(one));
        Assert.NotEqual(one, other);
        Assert.Equal(32, WebhookSecret.Key(one).Length);
    }

    [Theory]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("whsec_not base64 at all but long enough for it")]
    [InlineData("whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    public void What_is_no_secret_is_refused_without_being_repeated(string text)
    {
        var flaw = WebhookSecret.Flaw(text)!;

        Assert.Equal("webhook.secret", flaw.Field);
        Assert.DoesNotContain(text.Length > 6 ? text[6..] : "\0", flaw.Message, StringComparison.Ordinal);
    }
}
