#pragma once

// From the samples of a page, scraped again and again, to a bounded set of series: counters become
// growth per second, histograms and summaries their mean between two scrapes, gauges stay as they
// are. Pure but for its memory.

#include "mettle/monitor/prometheus_text.hpp"
#include "mettle/monitor/sampler.hpp"

#include <map>
#include <string>

namespace mettle::monitor {

// Those that are about serving or about the machine: Mettle's, Triton's, vLLM's, node, DCGM and
// cAdvisor's, and processes of their own.
bool is_wanted(std::string_view name);

class ScrapedSeries {
public:
    static constexpr std::size_t kMostWanted = 96;
    static constexpr std::size_t kMostOthers = 16;  // Of names that nobody asked for.

    // `prefix` stands before each name; "" where there is one page alone.
    explicit ScrapedSeries(std::string prefix) : prefix_(std::move(prefix)) {}

    void add(const PrometheusPage& page, TimePoint moment, Timeline& to);
    std::size_t left_out() const { return left_out_; }  // In the last page.

private:
    struct Kept {
        Growth growth;
        TimePoint seen;
        std::string name;  // With prefix and labels.
    };
    Kept* kept(const PrometheusSample& sample);
    void put(const PrometheusSample& sample, TimePoint moment, Timeline& to);
    void put_means(Timeline& to) const;

    std::string prefix_;
    std::map<std::string, Kept, std::less<>> kept_;
    std::size_t wanted_ = 0, others_ = 0, left_out_ = 0;
    // Growth of sum and count of a family, until both are there.
    struct Parts {
        std::optional<double> sum, count;
        double weight = 1;
    };
    std::map<std::string, Parts, std::less<>> parts_;
    std::string key_;  // Memory that goes round.
};

}  // namespace mettle::monitor
