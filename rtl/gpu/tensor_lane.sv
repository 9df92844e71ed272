// One lane of a dot-product unit: operand registers, multiplier, gate and sign.
//
// The multiplier is the module that the macro FAULTWAVE_MULTIPLIER names (see rtl/tpu/pe.sv).
`ifndef FAULTWAVE_MULTIPLIER
`define FAULTWAVE_MULTIPLIER fw8u_dadda
`endif

module tensor_lane #(
    parameter bit PRODUCT_IS_SIGNED = 1'b0,  // product in two's complement
    parameter bit WEIGHT_ON_PORT_A  = 1'b1   // port B carries the activation
) (
    input  logic        clk_i,
    input  logic        rst_ni,    // synchronous, active low
    input  logic        load_i,    // the operands below are loaded
    input  logic [ 7:0] act_i,
    input  logic [ 7:0] weight_i,
    input  logic        negate_i,  // the product is subtracted
    input  logic        enable_i,  // without it the product is gated to zero
    output logic [31:0] addend_o   // of the operands in the registers
);

  logic [7:0] act_q, w_q;
  logic negate_q, enable_q;

  logic [15:0] product;
  `FAULTWAVE_MULTIPLIER u_mult (
      .A(WEIGHT_ON_PORT_A ? w_q : act_q),
      .B(WEIGHT_ON_PORT_A ? act_q : w_q),
      .O(product)
  );

  wire [31:0] extended = {{16{PRODUCT_IS_SIGNED & product[15]}}, product};
  always_comb begin
    addend_o = '0;
    if (enable_q) addend_o = negate_q ? -extended : extended;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      act_q    <= '0;
      w_q      <= '0;
      negate_q <= 1'b0;
      enable_q <= 1'b0;
    end else if (load_i) begin
      act_q    <= act_i;
      w_q      <= weight_i;
      negate_q <= negate_i;
      enable_q <= enable_i;
    end
  end

endmodule
