// fw8s_ev_mae2016: evolved, mae <= 2016, smallest area of its gates
// 8x8 bits, two's complement operands and product
//
// Error over all 65,536 operand pairs: MAE 1992.281, WCE 13571, EP 99.986 %, MRE 1937.637 %,
//   mean -256.312
// Mapped to faultwave45.lib: 20.6 um^2, 0.0197 pJ per multiplication, 0.13 ns
// Expected MAE under a random stuck-at fault of this netlist: 2963.8
// Nets: pp_<i>_<j> = A[i] & B[j]; <gate>_<l>_<n> gate n of its kind at level l
// Method: Cartesian genetic programming, J. F. Miller and P. Thomson, EuroGP 2000
//
// Generated in 63 s, do not edit:
//   faultwave evolve --width 8 --signed --metric mae --limit 2016 --objective area --seed-netlist fw8s_ev_mae339p944 --seed 1 --islands 2 --offspring 4 --generations 80000 --out fw8s_ev_mae2016.v
module fw8s_ev_mae2016 (
  // verilator lint_off UNUSED
  input  wire signed [7:0] A,
  input  wire signed [7:0] B,
  // verilator lint_on UNUSED
  output wire signed [15:0] O
);
  wire pp_6_7;
  wire andnot_1_0;
  wire ornot_2_0;
  wire xor_1_0;
  wire or_2_0;
  wire nand_3_0;
  wire nor_2_0;
  wire andnot_4_0;
  wire const1;
  wire const0;

  assign pp_6_7 = A[6] & B[7];
  assign andnot_1_0 = A[7] & ~A[6];
  assign ornot_2_0 = andnot_1_0 | ~B[6];
  assign xor_1_0 = A[7] ^ B[7];
  assign or_2_0 = B[6] | pp_6_7;
  assign nand_3_0 = ~(or_2_0 & ornot_2_0);
  assign nor_2_0 = ~(xor_1_0 | andnot_1_0);
  assign andnot_4_0 = nand_3_0 & ~nor_2_0;
  assign const1 = 1'b1;
  assign const0 = 1'b0;

  assign O[0] = andnot_4_0;
  assign O[1] = nand_3_0;
  assign O[2] = A[6];
  assign O[3] = B[2];
  assign O[4] = A[5];
  assign O[5] = B[6];
  assign O[6] = A[6];
  assign O[7] = B[5];
  assign O[8] = const1;
  assign O[9] = const0;
  assign O[10] = ornot_2_0;
  assign O[11] = or_2_0;
  assign O[12] = xor_1_0;
  assign O[13] = andnot_4_0;
  assign O[14] = xor_1_0;
  assign O[15] = xor_1_0;
endmodule
