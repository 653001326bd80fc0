#pragma once

// How the readers of requests take values from a JSON document, and word what is wrong.

#include "mettle/base/result.hpp"
#include "mettle/serving/wire/json_data.hpp"

#include <fmt/format.h>

#include <simdjson.h>

#include <utility>

namespace mettle::wire {

template <typename... Arguments>
std::unexpected<Error> wrong(fmt::format_string<Arguments...> form, Arguments&&... arguments) {
    return fail(Error::Kind::invalid_input,
                fmt::format(form, std::forward<Arguments>(arguments)...));
}

inline std::unexpected<Error> not_json(simdjson::error_code error) {
    return wrong("the request {}", describe(error));
}

// The value of `expression`, put into `target`; or the sentence is returned from the calling
// function: the arguments behind `target` where the value is of another type.
#define METTLE_JSON_GET(expression, target, ...)                                           \
    if (const auto error_ = (expression).get(target)) {                                    \
        if (error_ == simdjson::INCORRECT_TYPE) return ::mettle::wire::wrong(__VA_ARGS__); \
        return ::mettle::wire::not_json(error_);                                           \
    }

}  // namespace mettle::wire
