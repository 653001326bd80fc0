#include "mettle/monitor/scraper.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::monitor {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTimeout = 900ms;

}  // namespace

Scraper::Scraper(http::Url url, std::string prefix)
    : url_(std::move(url)), client_(url_), series_(std::move(prefix)) {}

void Scraper::trouble(std::string what) {
    ++failed_;
    if (first_trouble_.empty()) first_trouble_ = std::move(what);
}

void Scraper::scrape(Timeline& to) {
    ++scrapes_;
    http::ClientRequest request;
    request.target = url_.target;
    request.headers = {{"Accept", "text/plain;version=0.0.4"}};
    const auto response = client_.send(request, kTimeout);
    if (!response) return trouble(response.error().message);
    if (response->status != 200) return trouble(fmt::format("status {}", response->status));
    if (response->body.size() > kMostBytes)
        return trouble(fmt::format("a page of {}, where at most {} are read",
                                   format_size(response->body.size()), format_size(kMostBytes)));
    const PrometheusPage page = parse_prometheus(response->body);
    if (page.samples.empty()) return trouble("no samples: it is no page of metrics for Prometheus");
    bad_lines_ = std::max(bad_lines_, page.bad_lines);
    series_.add(page, std::chrono::steady_clock::now(), to);
    left_out_ = std::max(left_out_, series_.left_out());
}

std::vector<std::string> Scraper::troubles() const {
    std::vector<std::string> lines;
    const std::string at = url_.to_string();
    if (failed_ > 0)
        lines.push_back(fmt::format("{}: {} of {} scrapes failed, the first with: {}", at, failed_,
                                    scrapes_, first_trouble_));
    if (bad_lines_ > 0) lines.push_back(fmt::format("{}: {} lines are no samples", at, bad_lines_));
    if (left_out_ > 0)
        lines.push_back(fmt::format("{}: {} series beyond the first {} are left out", at, left_out_,
                                    ScrapedSeries::kMostWanted + ScrapedSeries::kMostOthers));
    return lines;
}

}  // namespace mettle::monitor
