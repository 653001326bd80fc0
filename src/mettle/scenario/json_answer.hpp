#pragma once

#include "mettle/scenario/value.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace mettle::scenario {

// Values of JSON bodies by their pointers. A body is parsed at the first question and not again
// until forget(). One worker's; keeps its memory.
class JsonAnswer {
public:
    JsonAnswer();
    ~JsonAnswer();
    JsonAnswer(const JsonAnswer&) = delete;
    JsonAnswer& operator=(const JsonAnswer&) = delete;

    // Nothing where the body is no JSON or has no such value. Its text lives until forget(), or in
    // `scratch`.
    Value at(std::string_view body, const std::string& pointer, std::string& scratch);
    void forget();

private:
    struct Parsed;
    std::unique_ptr<Parsed> parsed_;
};

}  // namespace mettle::scenario
