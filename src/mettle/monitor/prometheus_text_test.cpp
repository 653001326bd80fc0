#include "mettle/monitor/prometheus_text.hpp"

#include "mettle/monitor/scraped_series.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace mettle::monitor {
namespace {

using namespace std::chrono_literals;

TEST(PrometheusText, ReadsSamplesOfBothFormats) {
    const auto page = parse_prometheus(
        "# HELP http_requests_total All of them, \"so far\".\n"
        "# TYPE http_requests_total counter\n"
        "http_requests_total{code=\"200\",path=\"/a\\\"},b\"} 1027 1395066363000\n"
        "\r\n"
        "# TYPE up gauge\nup 1\r\n"
        "# TYPE foo counter\nfoo_total 17 # {trace_id=\"x\"} 0.67\nfoo_created 1.5e9\n"
        "\tspaced { a = \"1\" , } +Inf\n"
        "nan_there NaN\n"
        "# EOF\n");
    EXPECT_EQ(page.bad_lines, 0u);
    ASSERT_EQ(page.samples.size(), 6u);
    EXPECT_EQ(page.samples[0].name, "http_requests_total");
    EXPECT_EQ(page.samples[0].labels, "code=\"200\",path=\"/a\\\"},b\"");
    EXPECT_EQ(page.samples[0].value, 1027);
    EXPECT_EQ(page.samples[0].type, MetricType::counter);
    EXPECT_EQ(page.samples[1].type, MetricType::gauge);
    EXPECT_EQ(page.samples[2].name, "foo_total");
    EXPECT_EQ(page.samples[2].type, MetricType::counter);
    EXPECT_EQ(page.samples[4].name, "spaced");
    EXPECT_TRUE(std::isinf(page.samples[4].value));
    EXPECT_EQ(page.samples[4].type, MetricType::unknown);
    EXPECT_TRUE(std::isnan(page.samples[5].value));
}

TEST(PrometheusText, CountsLinesThatAreNoSamples) {
    for (const char* line : {"9lives 1", "name", "name{a=\"1\" 1", "name{a=1} 1",
                             "name{a=\"1\"b=\"2\"} 1", "name one", "name 0x10", "name 1_000",
                             "name 1 x", "<html>", "name{\"a\"} 1", "name --1", "name 1e999"}) {
        const auto page = parse_prometheus(std::string(line) + "\nup 1\n");
        EXPECT_EQ(page.bad_lines, 1u) << line;
        EXPECT_EQ(page.samples.size(), 1u) << line;
    }
}

TEST(PrometheusText, StopsAtTheLimit) {
    const auto page = parse_prometheus("a 1\nb 2\nc 3\n", 2);
    EXPECT_TRUE(page.truncated);
    EXPECT_EQ(page.samples.size(), 2u);
}

constexpr TimePoint kStart{};

results::Resources scraped(ScrapedSeries& series, std::initializer_list<const char*> pages) {
    Timeline timeline;
    TimePoint moment = kStart;
    for (const char* text : pages) {
        moment += 1s;
        timeline.begin_row(moment);
        series.add(parse_prometheus(text), moment, timeline);
    }
    return timeline.slice(kStart, moment);
}

TEST(ScrapedSeries, TurnsCountersIntoRatesAndHistogramsIntoMeans) {
    ScrapedSeries series("");
    const auto seen = scraped(
        series, {"# TYPE nv_inference_count counter\nnv_inference_count{model=\"m\"} 100\n"
                 "# TYPE mettle_depth gauge\nmettle_depth 3\n"
                 "# TYPE vllm:ttft histogram\nvllm:ttft_bucket{le=\"1\"} 5\nvllm:ttft_sum 10\n"
                 "vllm:ttft_count 5\n",
                 "# TYPE nv_inference_count counter\nnv_inference_count{model=\"m\"} 350\n"
                 "# TYPE mettle_depth gauge\nmettle_depth 5\n"
                 "# TYPE vllm:ttft histogram\nvllm:ttft_bucket{le=\"1\"} 9\nvllm:ttft_sum 12\n"
                 "vllm:ttft_count 9\n"});
    EXPECT_EQ(seen.mean_of("nv_inference_count{model=\"m\"}"), 250.0);
    EXPECT_EQ(seen.mean_of("mettle_depth"), 4.0);
    EXPECT_EQ(seen.mean_of("vllm:ttft_mean"), 0.5);
    EXPECT_EQ(seen.series.size(), 3u);
}

// A page of thousands of series must not push out those that are wanted.
TEST(ScrapedSeries, KeepsPlacesForWhatIsWanted) {
    ScrapedSeries series("node ");
    std::string text;
    for (int each = 0; each < 500; ++each) text += "other" + std::to_string(each) + " 1\n";
    for (int each = 0; each < 200; ++each)
        text += "mettle_x{n=\"" + std::to_string(each) + "\"} 1\n";
    const auto seen = scraped(series, {text.c_str()});
    EXPECT_EQ(seen.series.size(), ScrapedSeries::kMostOthers + ScrapedSeries::kMostWanted);
    EXPECT_TRUE(seen.find("node mettle_x{n=\"0\"}"));
    EXPECT_TRUE(seen.find("node other0"));
    EXPECT_EQ(series.left_out(), 700 - seen.series.size());
}

// A server that is restarted begins its counters at 0.
TEST(ScrapedSeries, DoesNotFallBelowZero) {
    ScrapedSeries series("");
    const auto seen = scraped(series, {"x_total 100\n", "x_total 5\n", "x_total 15\n"});
    EXPECT_EQ(seen.find("x_total")->count, 1u);
    EXPECT_EQ(seen.mean_of("x_total"), 10.0);
}

}  // namespace
}  // namespace mettle::monitor
