#include "mettle/load/outcome_names.hpp"

namespace mettle::load {

std::string_view name_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::pending:
            return "pending";
        case Outcome::ok:
            return "ok";
        case Outcome::status:
            return "status";
        case Outcome::timeout:
            return "timeout";
        case Outcome::connect:
            return "connect";
        case Outcome::closed:
            return "closed";
        case Outcome::protocol:
            return "protocol";
        case Outcome::validation:
            return "validation";
        case Outcome::wrong_answer:
            return "wrong_answer";
        case Outcome::cancelled:
            return "unfinished";
    }
    return "?";
}

}  // namespace mettle::load
