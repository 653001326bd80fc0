#include "mettle/metrics/exposition.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace mettle {
namespace {

TEST(Exposition, WritesCumulativeBucketsSumAndCount) {
    DurationHistogram histogram(DurationHistogram::default_bounds_ns());
    histogram.record(30'000);          // Between 25 and 50 µs.
    histogram.record(50'000);          // On the bound: still in it.
    histogram.record(20'000'000'000);  // Above all.
    Exposition out;
    out.family("mettle_x_seconds", "histogram", "What.");
    out.histogram({{"model", "a\"b"}}, histogram);
    const std::string& text = out.text();
    EXPECT_TRUE(
        text.starts_with("# HELP mettle_x_seconds What.\n# TYPE mettle_x_seconds histogram\n"));
    EXPECT_NE(text.find("mettle_x_seconds_bucket{model=\"a\\\"b\",le=\"2.5e-05\"} 0\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("le=\"5e-05\"} 2\n"), std::string::npos) << text;
    EXPECT_NE(text.find("le=\"10\"} 2\n"), std::string::npos);
    EXPECT_NE(text.find("le=\"+Inf\"} 3\n"), std::string::npos);
    EXPECT_NE(text.find("_sum{model=\"a\\\"b\"} 20.00008\n"), std::string::npos);
    EXPECT_NE(text.find("_count{model=\"a\\\"b\"} 3\n"), std::string::npos);
}

TEST(Exposition, WritesHistogramsOfMicroseconds) {
    Histogram histogram;
    histogram.record(30);
    histogram.record(50);
    histogram.record(20'000'000);
    Exposition out;
    out.family("mettle_x_seconds", "histogram", "What.");
    out.histogram_us({}, histogram, DurationHistogram::default_bounds_ns());
    const std::string& text = out.text();
    EXPECT_NE(text.find("le=\"2.5e-05\"} 0\n"), std::string::npos) << text;
    EXPECT_NE(text.find("le=\"5e-05\"} 2\n"), std::string::npos) << text;
    EXPECT_NE(text.find("le=\"+Inf\"} 3\n"), std::string::npos);
    EXPECT_NE(text.find("_sum 20.00008\n"), std::string::npos);
}

TEST(Counter, ThreadsLoseNothing) {
    Counter counter;
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 8; ++thread) {
        threads.emplace_back([&counter] {
            for (int time = 0; time < 10'000; ++time) counter.add();
        });
    }
    threads.clear();
    EXPECT_EQ(counter.value(), 80'000u);
}

TEST(Exposition, OpenMetricsNamesFamiliesWithoutTotalAndHasExemplars) {
    DurationHistogram histogram(DurationHistogram::default_bounds_ns());
    Exemplars exemplars(histogram.bounds_ns().size() + 1);
    histogram.record(30'000);
    exemplars.offer(histogram.bucket_of(30'000), 30'000, "r-1", TimePoint{std::chrono::hours(1)});
    Exposition out(Exposition::Format::open_metrics);
    out.family("mettle_x_total", "counter", "What.");
    out.sample({}, 3);
    out.family("mettle_y_seconds", "histogram", "How long.");
    out.histogram({}, histogram, exemplars);
    out.end();
    const std::string& text = out.text();
    EXPECT_TRUE(
        text.starts_with("# HELP mettle_x What.\n# TYPE mettle_x counter\nmettle_x_total 3"))
        << text;
    EXPECT_NE(text.find("le=\"5e-05\"} 1 # {request_id=\"r-1\"} 3e-05 "), std::string::npos)
        << text;
    EXPECT_TRUE(text.ends_with("\n# EOF\n"));
}

}  // namespace
}  // namespace mettle
