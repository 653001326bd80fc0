#include "mettle/base/similar.hpp"
#include "mettle/scenario/formula_functions.hpp"
#include "mettle/scenario/formula_scanner.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace mettle::scenario {

namespace {

using Op = FormulaOp;
using Type = FormulaType;

constexpr std::size_t kLongest = 16 * 1024;
constexpr int kDeepest = 100;

struct Operator {
    std::string_view text;
    Op op;
};
// The longer ones first.
constexpr auto kComparisons = std::to_array<Operator>({{"==", Op::equal},
                                                       {"!=", Op::unequal},
                                                       {"<=", Op::at_most},
                                                       {">=", Op::at_least},
                                                       {"<", Op::less},
                                                       {">", Op::greater},
                                                       {"contains", Op::contains},
                                                       {"matches", Op::matches}});
constexpr auto kSums = std::to_array<Operator>({{"+", Op::add}, {"-", Op::subtract}});
constexpr auto kProducts =
    std::to_array<Operator>({{"*", Op::multiply}, {"/", Op::divide}, {"%", Op::modulo}});

struct Known {
    std::string_view name;
    Op op;
    Type type;
    std::uint32_t number;
};
constexpr auto kKnown = std::to_array<Known>(
    {{"status", Op::answer, Type::number, static_cast<std::uint32_t>(AnswerPart::status)},
     {"latency", Op::answer, Type::time, static_cast<std::uint32_t>(AnswerPart::latency)},
     {"body", Op::answer, Type::text, static_cast<std::uint32_t>(AnswerPart::body)},
     {"events", Op::answer, Type::number, static_cast<std::uint32_t>(AnswerPart::events)},
     {"user", Op::own, Type::number, static_cast<std::uint32_t>(UserPart::user)},
     {"iteration", Op::own, Type::number, static_cast<std::uint32_t>(UserPart::iteration)}});

// By recursive descent. Throws FormulaError, which does not leave this file.
class Parser {
public:
    Parser(std::string_view text, Symbols& symbols, const Environment& environment)
        : scan_(text), symbols_(symbols), environment_(environment) {}

    Formula parse() {
        if (scan_.text().size() > kLongest)
            formula_mistake(0, "the expression is longer than 16 KiB");
        scan_.skip_blanks();
        if (scan_.at_end()) formula_mistake(0, "an expression is missing");
        parse_or();
        scan_.skip_blanks();
        if (!scan_.at_end())
            formula_mistake(scan_.at(), fmt::format("'{}' was not expected here", scan_.rest()));
        return Formula(std::move(nodes_), std::string(scan_.text()));
    }

private:
    std::uint32_t last() const { return static_cast<std::uint32_t>(nodes_.size() - 1); }
    Type type(std::uint32_t node) const { return nodes_[node].type; }
    FormulaNode& add(Op op, Type type) {
        FormulaNode& node = nodes_.emplace_back();
        node.op = op;
        node.type = type;
        return node;
    }
    void add_binary(Op op, Type type, std::uint32_t left) {
        const std::uint32_t right = last();
        FormulaNode& node = add(op, type);
        node.left = left;
        node.right = right;
    }
    void add_literal(const Value& value, Type type) { add(Op::literal, type).value.assign(value); }

    void parse_or() {
        const Depth depth(*this);
        parse_and();
        while (scan_.take("or") || scan_.take("||")) {
            const std::uint32_t left = last();
            parse_and();
            add_binary(Op::or_, Type::truth, left);
        }
    }

    void parse_and() {
        parse_not();
        while (scan_.take("and") || scan_.take("&&")) {
            const std::uint32_t left = last();
            parse_not();
            add_binary(Op::and_, Type::truth, left);
        }
    }

    void parse_not() {
        const Depth depth(*this);
        scan_.skip_blanks();
        const bool sign = scan_.peek() == '!' && !scan_.next_is("!=");
        if (sign) scan_.step();
        if (!sign && !scan_.take("not")) {
            parse_comparison();
            return;
        }
        parse_not();
        const std::uint32_t operand = last();
        add(Op::not_, Type::truth).left = operand;
    }

    std::optional<Op> take_one(std::span<const Operator> operators) {
        for (const Operator& each : operators)
            if (scan_.take(each.text)) return each.op;
        return {};
    }

    void parse_comparison() {
        parse_sum();
        scan_.skip_blanks();
        const std::size_t begin = scan_.at();
        const auto op = take_one(kComparisons);
        if (!op) {
            if (scan_.peek() == '=') formula_mistake(scan_.at(), "'=' is no comparison: write ==");
            return;
        }
        const std::uint32_t left = last();
        scan_.skip_blanks();
        const std::size_t right_begin = scan_.at();
        parse_sum();
        if (*op == Op::matches)
            add_pattern(left, right_begin);
        else
            add_comparison(*op, left, begin);
        scan_.skip_blanks();
        const std::size_t again = scan_.at();
        if (take_one(kComparisons))
            formula_mistake(again, "comparisons do not follow on each other: use and");
    }

    void add_comparison(Op op, std::uint32_t left, std::size_t at) {
        const Type a = type(left), b = type(last());
        const bool by_size = op != Op::equal && op != Op::unequal && op != Op::contains;
        if (by_size && (a == Type::truth || b == Type::truth))
            formula_mistake(at, "true and false have no order: compare them with == or !=");
        if (op != Op::contains && a != Type::any && b != Type::any && a != b) {
            if (a == Type::time || b == Type::time)
                formula_mistake(at, "a time is compared with a time: write a unit, as in 200ms");
            formula_mistake(at, fmt::format("{} is compared with {}: both must be alike",
                                            name_of(a), name_of(b)));
        }
        add_binary(op, Type::truth, left);
    }

    void add_pattern(std::uint32_t left, std::size_t at) {
        const FormulaNode& right = nodes_.back();
        const bool is_text = right.op == Op::literal && right.type == Type::text;
        if (!is_text) formula_mistake(at, "'matches' takes a pattern in quotes");
        const std::string pattern(right.value.value().text);
        FormulaNode& node = add(Op::matches, Type::truth);
        node.left = left;
        node.pattern = compile(pattern, at);
    }

    static std::shared_ptr<const re2::RE2> compile(const std::string& pattern, std::size_t at) {
        re2::RE2::Options options(re2::RE2::Quiet);
        options.set_max_mem(8 << 20);
        auto compiled = std::make_shared<const re2::RE2>(pattern, options);
        if (!compiled->ok())
            formula_mistake(at, fmt::format("no regular expression: {}", compiled->error()));
        return compiled;
    }

    void parse_sum() {
        parse_product();
        for (;;) {
            scan_.skip_blanks();
            const std::size_t at = scan_.at();
            const auto op = take_one(kSums);
            if (!op) return;
            const std::uint32_t left = last();
            parse_product();
            add_binary(*op, sum_type(*op, type(left), type(last()), at), left);
        }
    }

    static Type sum_type(Op op, Type left, Type right, std::size_t at) {
        const bool texts = left == Type::text || right == Type::text;
        if (op == Op::add && texts) return Type::text;
        const bool wrong_kind = texts || left == Type::truth || right == Type::truth ||
                                (left != right && left != Type::any && right != Type::any);
        if (wrong_kind)
            formula_mistake(at, fmt::format("{} and {} cannot be {}", name_of(left), name_of(right),
                                            op == Op::add ? "added" : "subtracted"));
        return left == Type::any ? right : left;
    }

    void parse_product() {
        parse_sign();
        for (;;) {
            scan_.skip_blanks();
            const std::size_t at = scan_.at();
            const auto op = take_one(kProducts);
            if (!op) return;
            const std::uint32_t left = last();
            parse_sign();
            const Type a = type(left), b = type(last());
            const auto calculable = [](Type type) {
                return type == Type::any || type == Type::number || type == Type::time;
            };
            if (!calculable(a) || !calculable(b) ||
                (a == Type::time && b == Type::time && *op == Op::multiply))
                formula_mistake(
                    at, fmt::format("{} and {} cannot be calculated with", name_of(a), name_of(b)));
            const bool time = (a == Type::time) != (b == Type::time);
            add_binary(*op, time ? Type::time : Type::number, left);
        }
    }

    void parse_sign() {
        const Depth depth(*this);
        scan_.skip_blanks();
        if (scan_.peek() != '-') {
            parse_value();
            return;
        }
        const std::size_t at = scan_.at();
        scan_.step();
        parse_sign();
        const std::uint32_t operand = last();
        const Type of = type(operand);
        if (of == Type::text || of == Type::truth)
            formula_mistake(at, fmt::format("{} has no sign", name_of(of)));
        add(Op::negate, of).left = operand;
    }

    void parse_value() {
        scan_.skip_blanks();
        if (scan_.at_end()) formula_mistake(scan_.at(), "a value is missing at the end");
        const char first = scan_.peek();
        if (first == '(') {
            scan_.step();
            parse_or();
            scan_.expect(")");
        } else if (first == '"' || first == '\'') {
            parse_quoted();
        } else if (begins_number(first)) {
            parse_number();
        } else if (begins_name(first)) {
            parse_name();
        } else {
            formula_mistake(scan_.at(), fmt::format("'{}' is no value", scan_.rest()));
        }
    }

    void parse_quoted() {
        const std::string value = scan_.read_quoted();
        add_literal(Value::of(std::string_view(value)), Type::text);
    }

    void parse_number() {
        const FormulaScanner::Number number = scan_.read_number();
        add_literal(Value::of(number.value), number.is_time ? Type::time : Type::number);
    }

    void parse_name() {
        const std::size_t begin = scan_.at();
        const std::string_view name = scan_.read_name();
        if (scan_.peek() == ':') {
            parse_prefixed(name, begin);
            return;
        }
        scan_.skip_blanks();
        if (scan_.peek() == '(') {
            parse_call(name, begin);
            return;
        }
        if (name == "true" || name == "false")
            return add_literal(Value::of(name == "true"), Type::truth);
        if (name == "null") return add_literal({}, Type::any);
        for (const Known& known : kKnown) {
            if (known.name != name) continue;
            add(known.op, known.type).number = known.number;
            return;
        }
        const auto dot = name.find('.');
        if (dot == std::string_view::npos) {
            add(Op::variable, Type::any).number = symbols_.variable(name, begin);
            return;
        }
        if (name.find('.', dot + 1) != std::string_view::npos)
            formula_mistake(
                begin, fmt::format("'{}' has two points: a column of data is DATA.COLUMN", name));
        add(Op::column, Type::any).number =
            symbols_.column(name.substr(0, dot), name.substr(dot + 1), begin);
    }

    // json:/a/b, header:Name, cookie:name, env:NAME; each also with quotes.
    void parse_prefixed(std::string_view prefix, std::size_t begin) {
        scan_.step();
        const bool quoted = scan_.peek() == '"' || scan_.peek() == '\'';
        const std::string name = quoted ? scan_.read_quoted() : scan_.read_bare(prefix);
        if (prefix == "json") {
            if (!name.empty() && !name.starts_with('/'))
                formula_mistake(
                    begin, fmt::format("'{}' is no JSON pointer: it begins with /, as json:/{}",
                                       name, name));
            check_json_pointer(name, begin);
            add(Op::json, Type::any).text = name;
        } else if (prefix == "header" || prefix == "cookie") {
            if (name.empty())
                formula_mistake(begin, fmt::format("{}: needs a name behind it", prefix));
            add(prefix == "header" ? Op::header : Op::cookie, Type::text).text = name;
        } else if (prefix == "env") {
            const char* value = environment_ ? environment_(name) : nullptr;
            if (!value)
                formula_mistake(begin, fmt::format("the environment has no variable {}", name));
            add_literal(Value::of(std::string_view(value)), Type::text);
        } else {
            formula_mistake(begin,
                            fmt::format("there is no '{}:'; there are json:/pointer, header:Name, "
                                        "cookie:name, env:NAME",
                                        prefix));
        }
    }

    void parse_call(std::string_view name, std::size_t begin) {
        const Depth depth(*this);
        const auto functions = formula_functions();
        const auto found = std::ranges::find(functions, name, &FormulaFunction::name);
        if (name != "capture" && found == functions.end()) {
            std::vector<std::string> names = {"capture"};
            for (const FormulaFunction& each : functions) names.emplace_back(each.name);
            const std::string similar = most_similar(name, names);
            formula_mistake(
                begin,
                fmt::format("there is no function '{}'; {}", name,
                            similar.empty() ? fmt::format("there are {}", fmt::join(names, ", "))
                                            : fmt::format("did you mean '{}'?", similar)));
        }
        scan_.step();  // (
        std::vector<std::uint32_t> arguments;
        std::size_t last_begin = scan_.at();
        if (!scan_.take(")")) {
            do {
                if (arguments.size() == kMostArguments)
                    formula_mistake(
                        begin, fmt::format("{} takes at most {} values", name, kMostArguments));
                scan_.skip_blanks();
                last_begin = scan_.at();
                parse_or();
                arguments.push_back(last());
            } while (scan_.take(","));
            scan_.expect(")");
        }
        if (name == "capture") return add_capture(arguments, begin, last_begin);
        if (arguments.size() < found->least || arguments.size() > found->most)
            formula_mistake(begin, fmt::format("{} takes {} value{}, not {}", name, found->least,
                                               found->least == 1 ? "" : "s", arguments.size()));
        check_argument_types(*found, arguments, begin);
        FormulaNode& node = add(Op::call, found->type);
        node.number = static_cast<std::uint32_t>(found - functions.begin());
        node.arguments = std::move(arguments);
    }

    void check_argument_types(const FormulaFunction& function,
                              const std::vector<std::uint32_t>& arguments, std::size_t begin) {
        if (function.name != "random.int" && function.name != "random.uniform" &&
            function.name != "random.text")
            return;
        for (const std::uint32_t argument : arguments) {
            const Type given = type(argument);
            if (given == Type::text || given == Type::truth)
                formula_mistake(
                    begin, fmt::format("{} takes numbers, not {}", function.name, name_of(given)));
        }
        if (arguments.size() == 2 && nodes_[arguments[0]].op == Op::literal &&
            nodes_[arguments[1]].op == Op::literal &&
            nodes_[arguments[0]].value.value().number > nodes_[arguments[1]].value.value().number)
            formula_mistake(begin, fmt::format("{}: the first value must not be above the second",
                                               function.name));
    }

    void add_capture(const std::vector<std::uint32_t>& arguments, std::size_t begin,
                     std::size_t pattern_begin) {
        if (arguments.size() != 2) formula_mistake(begin, "write capture(TEXT, \"pattern\")");
        const FormulaNode& pattern = nodes_[arguments[1]];
        if (pattern.op != Op::literal || pattern.type != Type::text)
            formula_mistake(pattern_begin, "capture takes a pattern in quotes");
        const std::string source(pattern.value.value().text);
        FormulaNode& node = add(Op::capture, Type::text);
        node.left = arguments[0];
        node.pattern = compile(source, pattern_begin);
    }

    // Recursion is bounded, whatever is nested.
    struct Depth {
        explicit Depth(Parser& its_parser) : parser(its_parser) {
            if (++parser.depth_ > kDeepest)
                formula_mistake(parser.scan_.at(), "the expression is nested too deeply");
        }
        ~Depth() { --parser.depth_; }
        Depth(const Depth&) = delete;
        Depth& operator=(const Depth&) = delete;
        Parser& parser;
    };

    FormulaScanner scan_;
    Symbols& symbols_;
    const Environment& environment_;
    int depth_ = 0;
    std::vector<FormulaNode> nodes_;
};

}  // namespace

std::expected<Formula, FormulaError> parse_formula(std::string_view text, Symbols& symbols,
                                                   const Environment& environment) {
    try {
        return Parser(text, symbols, environment).parse();
    } catch (const FormulaError& error) {
        return std::unexpected(error);
    }
}

std::expected<Formula, FormulaError> parse_capture(std::string_view pattern) {
    std::string quoted = "capture(body, \"";
    for (const char character : pattern) {
        if (character == '"' || character == '\\') quoted += '\\';
        quoted += character;
    }
    Symbols none;
    auto formula = parse_formula(quoted + "\")", none, {});
    if (!formula) formula.error().at = 0;
    return formula;
}

}  // namespace mettle::scenario
