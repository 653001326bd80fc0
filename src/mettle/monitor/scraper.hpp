#pragma once

// Asks one /metrics page once a second. Its questions go over a connection of its own, and a page
// that does not answer in time is asked again the next second; what went wrong first is kept.

#include "mettle/http/client.hpp"
#include "mettle/monitor/scraped_series.hpp"

#include <string>

namespace mettle::monitor {

class Scraper {
public:
    static constexpr std::size_t kMostBytes = 8 << 20;

    Scraper(http::Url url, std::string prefix);

    // Blocks for at most 900 ms.
    void scrape(Timeline& to);

    // Sentences about pages that did not come or were not understood; empty when all was well.
    std::vector<std::string> troubles() const;

private:
    void trouble(std::string what);

    http::Url url_;
    http::Client client_;
    ScrapedSeries series_;
    std::size_t scrapes_ = 0, failed_ = 0, bad_lines_ = 0, left_out_ = 0;
    std::string first_trouble_;
};

}  // namespace mettle::monitor
