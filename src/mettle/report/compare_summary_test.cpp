#include "mettle/report/compare_summary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace mettle::report {
namespace {

using results::Change;
using results::ComparedMetric;
using results::Comparison;
using ::testing::HasSubstr;
using ::testing::Not;

ComparedMetric metric(std::string name, Change change) {
    ComparedMetric metric;
    metric.name = std::move(name);
    metric.unit = "ms";
    metric.change = change;
    metric.ratio = 1.06;
    metric.low = 1.04;
    metric.high = 1.08;
    metric.a = {10, 12, 11};
    metric.b = {11, 13, 12};
    return metric;
}

Comparison comparison() {
    Comparison made;
    made.method = Comparison::Method::at_once;
    made.change = Change::regression;
    made.a = {"A", "./old --port {port} | tee", {}};
    made.b = {"B", "<script>alert(1)</script>", {}};
    made.pairs = 3;
    made.run_s = 2;
    made.metrics = {metric("p50", Change::regression), metric("p99", Change::inconclusive),
                    metric("memory", Change::pass)};
    made.metrics[1].low = made.metrics[1].high = std::nullopt;
    made.metrics[1].more_runs = 12;
    made.reasons = {"p50 changed by +6.0 %\x1b[2J"};
    return made;
}

TEST(CompareSummary, ShowsEachMetricWithBothSidesAndItsInterval) {
    const std::string text = compare_summary(comparison(), /*colour=*/false);
    EXPECT_TRUE(text.starts_with("regression: 3 pairs of runs of 2 s, both at once\n")) << text;
    EXPECT_THAT(text, HasSubstr("11.0 ms -> 12.0 ms"));
    EXPECT_THAT(text, HasSubstr("98 % interval +4.0 % to +8.0 %"));
    EXPECT_THAT(text, HasSubstr("inconclusive, about 12 more runs a side"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << "a terminal obeys what a target sends";
    EXPECT_THAT(compare_summary(comparison(), true), HasSubstr("\x1b[31mregression"));
}

TEST(CompareSummary, MarkdownEscapesWhatCameFromOutside) {
    const std::string text = compare_markdown(comparison());
    EXPECT_TRUE(text.starts_with("### regression: &lt;script>alert(1)&lt;/script> against "))
        << text;
    EXPECT_THAT(text, HasSubstr("{port} \\| tee"));
    EXPECT_THAT(text, HasSubstr("| p50 | 11.0 ms | 12.0 ms | +6.0 % | +4.0 % to +8.0 % | 5 % |"));
}

TEST(CompareSummary, JunitHasATestForEachMetric) {
    const std::string text = compare_junit(comparison());
    EXPECT_THAT(text, HasSubstr("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""));
    EXPECT_THAT(text, HasSubstr("name=\"p50\"><failure message=\"p50: +6.0 %"));
    EXPECT_THAT(text, HasSubstr("name=\"p99\"><skipped"));
    EXPECT_THAT(text, Not(HasSubstr("<script>")));
}

TEST(CompareSummary, JunitOfNothingMeasuredIsAnError) {
    Comparison nothing;
    nothing.reasons = {"A went away"};
    EXPECT_THAT(compare_junit(nothing), HasSubstr("tests=\"1\" failures=\"0\" errors=\"1\""));
    EXPECT_THAT(compare_junit(nothing), HasSubstr("<error message=\"A went away\"/>"));
}

TEST(CompareSummary, TellsMediansInTheirUnits) {
    EXPECT_EQ(median_text({1, 3, 2}, "ms"), "2.00 ms");
    EXPECT_EQ(median_text({1000, 2000}, "rps"), "1,500 rps");
    EXPECT_EQ(median_text({0.001}, "share"), "0.10 %");
    EXPECT_EQ(median_text({3 << 20}, "bytes"), "3.0 MiB");
    EXPECT_EQ(median_text({}, "ms"), "–");
}

TEST(Comparison, IsJsonWhateverATargetIsCalled) {
    Comparison odd = comparison();
    odd.a.what = "\xff\xfe";
    const auto json = nlohmann::json::parse(to_json(odd));
    EXPECT_EQ(json["schema"], "mettle.compare/1");
    EXPECT_EQ(json["verdict"], "regression");
    EXPECT_EQ(json["metrics"][1]["low"], nullptr);
    EXPECT_EQ(json["metrics"][0]["a"].size(), 3U);
}

}  // namespace
}  // namespace mettle::report
