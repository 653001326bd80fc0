// The laws against their truth, by samples: no time passes.

#include "mettle/inference/simulated_time.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

namespace mettle {
namespace {

using ::testing::HasSubstr;

constexpr int kDraws = 200'000;

Result<TimeLaw> parse(std::string_view text, std::string file = "") {
    return TimeLaw::parse(text, [file](const std::string&) -> Result<std::string> { return file; });
}

std::vector<double> draws_ms(std::string_view text, std::string file = "") {
    const TimeLaw law = parse(text, std::move(file)).value();
    std::vector<double> draws;
    for (std::uint64_t number = 0; number < kDraws; ++number)
        draws.push_back(static_cast<double>(law.draw(7, number).count()) / 1e6);
    std::ranges::sort(draws);
    return draws;
}

double quantile(const std::vector<double>& sorted, double share) {
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

double deviation(const std::vector<double>& values) {
    double sum = 0;
    const double middle = mean(values);
    for (const double value : values) sum += (value - middle) * (value - middle);
    return std::sqrt(sum / static_cast<double>(values.size()));
}

TEST(TimeLaw, ConstantIsAlwaysTheSame) {
    const auto draws = draws_ms("constant(8ms)");
    EXPECT_EQ(draws.front(), 8);
    EXPECT_EQ(draws.back(), 8);
}

TEST(TimeLaw, UniformCoversItsRangeEvenly) {
    const auto draws = draws_ms("uniform(2ms,10ms)");
    EXPECT_GE(draws.front(), 2);
    EXPECT_LE(draws.back(), 10);
    for (const double share : {0.1, 0.5, 0.9})
        EXPECT_NEAR(quantile(draws, share), 2 + 8 * share, 0.05);
}

TEST(TimeLaw, LognormalHasTheQuantilesThatItWasGiven) {
    const auto draws = draws_ms("lognormal(p50=8ms,p99=40ms)");
    EXPECT_NEAR(quantile(draws, 0.5), 8, 0.1);
    EXPECT_NEAR(quantile(draws, 0.99), 40, 1.2);
    EXPECT_NEAR(quantile(draws, 0.01), 8.0 * 8 / 40, 0.06);
}

TEST(TimeLaw, GammaHasItsMeanAndDeviation) {
    for (const double cv : {0.25, 1.0, 3.0}) {
        const auto draws = draws_ms("gamma(8ms," + std::to_string(cv) + ")");
        EXPECT_NEAR(mean(draws), 8, 8 * cv * 0.01) << cv;
        EXPECT_NEAR(deviation(draws), 8 * cv, 8 * cv * 0.03) << cv;
    }
    EXPECT_NEAR(quantile(draws_ms("gamma(mean=8ms,cv=1)"), 0.5), 8 * std::log(2), 0.1);
}

TEST(TimeLaw, BimodalHasItsShareOfSlowOnes) {
    const auto draws = draws_ms("bimodal(fast=2ms,slow=50ms,share=5%)");
    const auto slow = std::ranges::count(draws, 50.0);
    EXPECT_EQ(std::ranges::count(draws, 2.0), kDraws - slow);
    EXPECT_NEAR(static_cast<double>(slow) / kDraws, 0.05, 0.002);
}

TEST(TimeLaw, FileGivesTheTimesThatItLists) {
    const auto draws = draws_ms("file(times.csv)", "# measured\n1ms\n2.5,2\n\n10ms ; 1\n");
    EXPECT_NEAR(static_cast<double>(std::ranges::count(draws, 1.0)) / kDraws, 0.25, 0.005);
    EXPECT_NEAR(static_cast<double>(std::ranges::count(draws, 2.5)) / kDraws, 0.5, 0.005);
    EXPECT_NEAR(static_cast<double>(std::ranges::count(draws, 10.0)) / kDraws, 0.25, 0.005);
}

TEST(TimeLaw, FileMayBeAHistogramsPercentiles) {
    const auto draws = draws_ms("file(times.hgrm)",
                                "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
                                "       1.000 0.000000000000          1           1.00\n"
                                "       2.000 0.500000000000         50           2.00\n"
                                "       9.000 1.000000000000        100\n"
                                "#[Mean    =        5.490, StdDeviation   =        3.509]\n");
    EXPECT_NEAR(static_cast<double>(std::ranges::count(draws, 1.0)) / kDraws, 0.01, 0.002);
    EXPECT_NEAR(static_cast<double>(std::ranges::count(draws, 9.0)) / kDraws, 0.5, 0.005);
}

TEST(TimeLaw, DrawsDependOnSeedAndNumberAlone) {
    const TimeLaw one = parse("lognormal(p50=8ms,p99=40ms)").value();
    const TimeLaw other = parse("lognormal(8ms,40ms)").value();
    EXPECT_EQ(one.draw(1, 5), other.draw(1, 5));
    EXPECT_NE(one.draw(1, 5), one.draw(2, 5));
    EXPECT_NE(one.draw(1, 5), one.draw(1, 6));
}

TEST(TimeLaw, SaysWhatIsWrong) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"lognormall(p50=1ms,p99=2ms)", "did you mean 'lognormal'"},
        {"lognormal(p50=8ms)", "takes 2 values, not 1"},
        {"lognormal(p50=8ms,p95=9ms)", "has no 'p95'"},
        {"lognormal(p50=8ms,p50=9ms)", "has 'p50' twice"},
        {"lognormal(p50=8ms,p99=4ms)", "p99 at least p50"},
        {"uniform(9ms,2ms)", "ends before it begins"},
        {"gamma(8ms,0)", "cv must be from"},
        {"bimodal(1ms,2ms,120%)", "120%"},
        {"constant(eight)", "eight"},
        {"constant(2h)", "longer than an hour"},
        {"constant(8ms", "not closed"},
        {"file(x)", "holds no times"},
    };
    for (const auto& [text, expected] : cases) {
        const auto law = parse(text);
        ASSERT_FALSE(law) << text;
        EXPECT_THAT(law.error().message, HasSubstr(expected)) << text;
    }
    EXPECT_THAT(parse("file(t.csv)", "1ms\nsoon\n").error().message, HasSubstr("t.csv: line 2"));
}

}  // namespace
}  // namespace mettle
