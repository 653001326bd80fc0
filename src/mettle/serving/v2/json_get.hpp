#pragma once

// How the readers of V2 requests take values from a JSON document, and word what is wrong.

#include "mettle/base/result.hpp"
#include "mettle/serving/wire/json_data.hpp"

#include <fmt/format.h>

#include <simdjson.h>

#include <utility>

namespace mettle::v2 {

namespace json = simdjson::ondemand;

template <typename... Arguments>
std::unexpected<Error> wrong(fmt::format_string<Arguments...> form, Arguments&&... arguments) {
    return fail(Error::Kind::invalid_input,
                fmt::format(form, std::forward<Arguments>(arguments)...));
}

inline std::unexpected<Error> not_json(simdjson::error_code error) {
    if (error == simdjson::EMPTY)
        return wrong("the request has no body; send {{\"inputs\":[...]}}");
    if (error == simdjson::INCORRECT_TYPE)
        return wrong("the request is not a JSON object of the form {{\"inputs\":[...]}}");
    return wrong("the request {}", wire::describe(error));
}

// The value of a field of the current object as `target`'s type, or the sentence is returned from
// the calling function: the arguments behind `target` where the value is of another type.
#define METTLE_V2_GET(expression, target, ...)                                           \
    if (const auto error_ = (expression).get(target)) {                                  \
        if (error_ == simdjson::INCORRECT_TYPE) return ::mettle::v2::wrong(__VA_ARGS__); \
        return ::mettle::v2::not_json(error_);                                           \
    }

}  // namespace mettle::v2
